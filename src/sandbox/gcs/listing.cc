// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/listing.h"

#include <algorithm>

#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

constexpr std::size_t kLargestPage = 1000;

/// Parameters that would change the answer and that the sandbox does not know.
constexpr std::initializer_list<const char*> kUnknown = {"matchGlob", "softDeleted",
                                                         "includeFoldersAsPrefixes"};

std::string value(const Parameters& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

std::size_t page_size(const Parameters& query) {
  const std::string text = value(query, "maxResults");
  if (text.empty()) return kLargestPage;
  if (text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) {
    throw Refusal{400, "invalidParameter", "Invalid value '" + text + "' for maxResults.", "maxResults"};
  }
  const std::size_t wanted = std::stoull(text);
  return wanted == 0 ? kLargestPage : std::min(wanted, kLargestPage);
}

/// A page token holds the name from which the next page goes on; a mark shows that it is one of ours.
constexpr std::string_view kMark = "next:";

std::string start_of_page(const Parameters& query) {
  const std::string token = value(query, "pageToken");
  if (token.empty()) return {};
  const auto text = google::from_base64_url(token);
  if (!text || text->rfind(kMark, 0) != 0) {
    throw Refusal{400, "invalid", "Invalid page token.", "pageToken"};
  }
  return text->substr(kMark.size());
}

struct Page {
  Json items = Json::array();
  std::vector<std::string> prefixes{};
  std::string next{};  ///< the first name that no longer fits

  std::size_t size() const { return items.size() + prefixes.size(); }
};

struct Filter {
  std::string prefix;
  std::string delimiter;
  std::string end;

  /// "a/" of "a/b.csv": the name up to the delimiter, when there is one behind the prefix.
  std::string common_prefix(const std::string& name) const {
    if (delimiter.empty()) return {};
    const std::size_t at = name.find(delimiter, prefix.size());
    return at == std::string::npos ? std::string() : name.substr(0, at + delimiter.size());
  }
};

}  // namespace

Json list_objects(const Store& store, const std::string& bucket, const Parameters& query) {
  for (const char* name : kUnknown) {
    if (query.contains(name)) {
      throw Refusal{501, "notImplemented", std::string("The sandbox does not know ") + name + ".", name};
    }
  }
  const Filter filter{value(query, "prefix"), value(query, "delimiter"), value(query, "endOffset")};
  const std::size_t most = page_size(query);
  const std::string from = std::max({filter.prefix, value(query, "startOffset"), start_of_page(query)});
  Page page;
  store.walk(bucket, from, [&](const Object& object) {
    const std::string name = google::text_of(object.resource, "name");
    if (name.rfind(filter.prefix, 0) != 0 || (!filter.end.empty() && name >= filter.end)) return false;
    const std::string common = filter.common_prefix(name);
    if (!common.empty() && !page.prefixes.empty() && page.prefixes.back() == common) return true;
    if (page.size() == most) {
      page.next = name;
      return false;
    }
    if (common.empty()) {
      page.items.push_back(object.resource);
    } else {
      page.prefixes.push_back(common);
    }
    return true;
  });
  Json answer = {{"kind", "storage#objects"}};
  if (!page.items.empty()) answer["items"] = std::move(page.items);
  if (!page.prefixes.empty()) answer["prefixes"] = page.prefixes;
  if (!page.next.empty()) answer["nextPageToken"] = google::base64_url(std::string(kMark) + page.next);
  return answer;
}

}  // namespace weir::sandbox::gcs
