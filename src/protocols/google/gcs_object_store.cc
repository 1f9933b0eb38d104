// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/gcs_object_store.h"

#include "protocols/google/encoding.h"
#include "protocols/google/gcs_put.h"
#include "protocols/google/gcs_range.h"
#include "protocols/google/gcs_resource.h"
#include "protocols/google/gcs_upload.h"

namespace weir::google {
namespace {

constexpr std::string_view kApi = "/storage/v1";
constexpr std::string_view kFields = "name,size,generation,crc32c,updated";

std::string api(const std::string& path) { return std::string(kApi) + path; }

}  // namespace

Result<io::ObjectPage> GcsObjectStore::list(const std::string& prefix, const std::string& after) {
  Query query = {{"maxResults", std::to_string(bucket_.page_size)},
                 {"fields", fmt::format("items({}),nextPageToken", kFields)}};
  if (!prefix.empty()) query.emplace_back("prefix", prefix);
  if (!after.empty()) query.emplace_back("startOffset", after);
  io::ObjectPage page;
  std::string token;
  do {  // a page may hold nothing and yet name a next one
    Query paged = query;
    if (!token.empty()) paged.emplace_back("pageToken", token);
    const io::HttpRequest request = request_to(bucket_, api(object_path(bucket_, "")), paged);
    const io::HttpResponse answer = TRY(api_.send(request).answer.within("listing " + uri(prefix)));
    const nlohmann::json json = parse_json(answer.body);
    if (!json.is_object()) {
      return fail(ErrorCode::DataMismatch, "the answer to a listing of {} is no JSON object", uri(prefix));
    }
    for (const nlohmann::json& item : member_of(json, "items")) {
      io::ObjectInfo info = TRY(parse_object(item).within("listing " + uri(prefix))).info;
      if (info.key != after) page.objects.push_back(std::move(info));  // startOffset itself is part of it
    }
    token = text_of(json, "nextPageToken");
  } while (page.objects.empty() && !token.empty());
  page.rest = token.empty() ? io::ObjectPage::Rest::None : io::ObjectPage::Rest::More;
  return page;
}

Result<StoredObject> GcsObjectStore::stat(const std::string& key) {
  const auto request =
      request_to(bucket_, api(object_path(bucket_, key)), {{"fields", std::string(kFields)}});
  return object_of(TRY(api_.send(request).answer));
}

Result<io::ObjectInfo> GcsObjectStore::head(const std::string& key) {
  return TRY(stat(key).within("looking at " + uri(key))).info;
}

Result<std::string> GcsObjectStore::read(const std::string& key, io::ByteRange range,
                                         const std::string& version) {
  if (range.length == 0) return std::string();
  Query query = {{"alt", "media"}};
  if (!version.empty()) query.emplace_back("ifGenerationMatch", version);
  io::HttpRequest request = request_to(bucket_, api(object_path(bucket_, key)), query);
  request.headers = {{"Range", fmt::format("bytes={}-{}", range.offset, range.offset + range.length - 1)},
                     // Else a stored gzip file comes unpacked, and ranges of it do not work.
                     {"Accept-Encoding", "gzip"}};
  request.body_coding = io::BodyCoding::AsSent;
  std::string bytes;
  const Exchange done = exchange(api_.world(), api_.policy(), [&]() -> Result<io::HttpResponse> {
    Result<io::HttpResponse> answer = api_.send_once(request);
    if (!answer.ok()) return answer;
    bytes = TRY(bytes_of_range(std::move(*answer), range));
    return io::HttpResponse{};
  });
  if (done.answer.ok()) return bytes;
  return Failure(Error(done.answer.error()).within("reading " + uri(key)));
}

Result<io::ObjectInfo> GcsObjectStore::put(const std::string& key, std::string bytes,
                                           const io::PutOptions& options) {
  const std::string sum = crc32c(bytes);
  const std::uint64_t size = bytes.size();
  const Exchange done = api_.send(put_request(bucket_, key, std::move(bytes), options));
  if (done.answer.ok()) {
    const StoredObject stored = TRY(object_of(*done.answer).within("writing " + uri(key)));
    TRY(check_stored(stored, {size, sum}).within("writing " + uri(key)));
    return stored.info;
  }
  // The precondition may be broken by an earlier attempt whose answer was lost.
  if (done.answer.error().code() == ErrorCode::Conflict && done.attempts > 1) {
    const auto stored = stat(key);
    if (stored.ok() && check_stored(*stored, {size, sum}).ok()) return stored->info;
  }
  return Failure(Error(done.answer.error()).within("writing " + uri(key)));
}

Result<std::unique_ptr<io::ObjectUpload>> GcsObjectStore::upload(const std::string& key,
                                                                 const io::PutOptions& options) {
  return std::unique_ptr<io::ObjectUpload>(std::make_unique<GcsUpload>(*this, api_, bucket_, key, options));
}

Result<io::ObjectInfo> GcsObjectStore::copy(const std::string& from, const std::string& to) {
  const std::string frame = "copying " + uri(from) + " to " + uri(to);
  const std::string path = api(object_path(bucket_, from) + "/rewriteTo" + object_path(bucket_, to));
  Query query;
  while (true) {
    io::HttpRequest request = request_to(bucket_, path, query);
    request.method = "POST";
    request.repeat = io::Repeat::Always;  // each call goes on from where its token says
    const io::HttpResponse answer = TRY(api_.send(request).answer.within(frame));
    const nlohmann::json json = parse_json(answer.body);
    if (member_of(json, "done") == true) {
      return TRY(parse_object(member_of(json, "resource")).within(frame)).info;
    }
    const std::string token = text_of(json, "rewriteToken");
    if (token.empty()) {
      return fail(ErrorCode::DataMismatch, "{}: the answer neither is done nor says how to go on", frame);
    }
    query = {{"rewriteToken", token}};
  }
}

Result<void> GcsObjectStore::remove(const std::string& key) {
  io::HttpRequest request = request_to(bucket_, api(object_path(bucket_, key)), {});
  request.method = "DELETE";
  const Exchange done = api_.send(request);
  if (done.answer.ok()) return {};
  if (done.answer.error().code() != ErrorCode::NotFound) {
    return Failure(Error(done.answer.error()).within("removing " + uri(key)));
  }
  // Either the object is missing, which is what was wanted, or the bucket.
  const Query least = {{"maxResults", "1"}, {"fields", "nextPageToken"}};
  const Exchange bucket = api_.send(request_to(bucket_, api(object_path(bucket_, "")), least));
  const bool is_bucket_missing = !bucket.answer.ok() && bucket.answer.error().code() == ErrorCode::NotFound;
  if (!is_bucket_missing) return {};
  return Failure(Error(bucket.answer.error()).within("removing " + uri(key)));
}

}  // namespace weir::google
