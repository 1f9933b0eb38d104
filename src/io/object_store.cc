// SPDX-License-Identifier: Apache-2.0
#include "io/object_store.h"

#include <algorithm>
#include <iterator>

namespace weir::io {

Result<std::vector<ObjectInfo>> list_all(ObjectStore& store, const std::string& prefix) {
  std::vector<ObjectInfo> all;
  std::string last;
  for (ObjectPage page{{}, ObjectPage::Rest::More}; page.rest == ObjectPage::Rest::More;) {
    page = TRY(store.list(prefix, last));
    if (!page.objects.empty()) last = page.objects.back().key;
    std::copy_if(std::make_move_iterator(page.objects.begin()), std::make_move_iterator(page.objects.end()),
                 std::back_inserter(all),
                 [](const ObjectInfo& object) { return object.size > 0 || !object.key.ends_with('/'); });
  }
  return all;
}

}  // namespace weir::io
