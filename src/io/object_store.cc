// SPDX-License-Identifier: Apache-2.0
#include "io/object_store.h"

#include <iterator>

namespace weir::io {

Result<std::vector<ObjectInfo>> list_all(ObjectStore& store, const std::string& prefix) {
  std::vector<ObjectInfo> all;
  for (ObjectPage page{{}, ObjectPage::Rest::More}; page.rest == ObjectPage::Rest::More;) {
    page = TRY(store.list(prefix, all.empty() ? "" : all.back().key));
    all.insert(all.end(), std::make_move_iterator(page.objects.begin()),
               std::make_move_iterator(page.objects.end()));
  }
  return all;
}

}  // namespace weir::io
