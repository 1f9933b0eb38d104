// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/listing.h"

#include <algorithm>

#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"
#include "sandbox/objects/paging.h"

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

}  // namespace

Json list_objects(const Store& store, const std::string& bucket, const Parameters& query) {
  for (const char* name : kUnknown) {
    if (query.contains(name)) {
      throw Refusal{501, "notImplemented", std::string("The sandbox does not know ") + name + ".", name};
    }
  }
  const std::string prefix = value(query, "prefix");
  objects::Paging page({prefix, value(query, "delimiter"), value(query, "endOffset")}, page_size(query));
  const std::string from = std::max({prefix, value(query, "startOffset"), start_of_page(query)});
  Json items = Json::array();
  store.walk(bucket, from, [&](const Object& object) {
    const auto verdict = page.judge(google::text_of(object.resource, "name"));
    if (verdict == objects::Paging::Verdict::Show) items.push_back(object.resource);
    return verdict != objects::Paging::Verdict::Stop;
  });
  Json answer = {{"kind", "storage#objects"}};
  if (!items.empty()) answer["items"] = std::move(items);
  if (!page.prefixes().empty()) answer["prefixes"] = page.prefixes();
  if (!page.next().empty()) answer["nextPageToken"] = google::base64_url(std::string(kMark) + page.next());
  return answer;
}

}  // namespace weir::sandbox::gcs
