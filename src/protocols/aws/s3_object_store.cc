// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_object_store.h"

#include <algorithm>

#include "protocols/aws/digest.h"
#include "protocols/aws/encoding.h"
#include "protocols/aws/s3_checksum.h"
#include "protocols/aws/s3_multipart.h"
#include "protocols/aws/s3_upload.h"
#include "protocols/aws/settings.h"

namespace weir::aws {
namespace {

Result<Secret> resolved(const config::SecretReference& reference, const World& world) {
  if (reference.empty()) return Secret();
  config::Diagnostics warnings;  // were given when the configuration was read
  return config::resolve(reference, world.environment, warnings);
}

Result<CredentialChoice> credential_choice(const S3Options& options, const World& world) {
  CredentialChoice choice;
  choice.access_key_id = TRY(resolved(options.access_key_id, world)).reveal();
  choice.secret_access_key = TRY(resolved(options.secret_access_key, world));
  choice.session_token = TRY(resolved(options.session_token, world));
  choice.profile = options.profile;
  choice.role_arn = options.role.value_or("");
  choice.external_id = options.external_id.value_or("");
  choice.region = options.region.value_or("");
  return choice;
}

Result<Profile> chosen_profile(const S3Options& options, const World& world) {
  const Profiles profiles = TRY(load_profiles(world.environment));
  const std::string name =
      options.profile ? *options.profile : variable(world.environment, "AWS_PROFILE").value_or("default");
  const auto found = profiles.find(name);
  return found == profiles.end() ? Profile() : found->second;
}

}  // namespace

S3ObjectStore::S3ObjectStore(std::unique_ptr<S3Client> client, S3WriteOptions writing, S3Sizes sizes)
    : owned_client_(std::move(client)),
      client_(*owned_client_),
      writing_(std::move(writing)),
      sizes_(sizes) {}

Result<std::unique_ptr<S3ObjectStore>> S3ObjectStore::open(const S3Options& options, const World& world,
                                                           S3Limits limits, S3Sizes sizes) {
  const Profile profile = TRY(chosen_profile(options, world));
  const std::string endpoint =
      options.endpoint ? *options.endpoint : find_endpoint(world.environment, profile, "S3");
  S3Address address = TRY(S3Address::make(options.bucket, endpoint, options.addressing));
  const std::string region = options.region ? *options.region : find_region(world.environment, profile);
  FoundCredentials credentials = TRY(find_credentials(TRY(credential_choice(options, world)), world));
  if (options.stall_timeout) {
    limits.stall_timeout = std::max(std::chrono::ceil<std::chrono::seconds>(options.stall_timeout->value),
                                    std::chrono::seconds(1));
  }
  auto client = std::make_unique<S3Client>(std::move(address), region, std::move(credentials), world, limits);
  S3WriteOptions writing{options.server_side_encryption, options.kms_key.value_or(""),
                         options.storage_class.value_or("")};
  return std::unique_ptr<S3ObjectStore>(new S3ObjectStore(std::move(client), std::move(writing), sizes));
}

Result<io::ObjectPage> S3ObjectStore::list(const std::string& prefix, const std::string& after) {
  S3Call call;
  call.query = {{"list-type", "2"},
                {"encoding-type", "url"},
                {"max-keys", std::to_string(sizes_.page_objects)},
                {"prefix", prefix}};
  if (!after.empty()) call.query.emplace_back("start-after", after);
  const S3Answer answer = TRY(client_.succeed(call).within("listing " + uri(prefix)));
  return read_listing(answer.response.body).within("listing " + uri(prefix));
}

Result<io::ObjectInfo> S3ObjectStore::head(const std::string& key) {
  return TRY(head_object(client_, key).within("looking for " + uri(key))).info;
}

Result<std::string> S3ObjectStore::read(const std::string& key, io::ByteRange range,
                                        const std::string& version) {
  if (range.length == 0) return std::string();
  S3Call call{.key = key};
  call.headers = {{"Range", fmt::format("bytes={}-{}", range.offset, range.offset + range.length - 1)}};
  if (!version.empty()) call.headers.push_back({"If-Match", "\"" + version + "\""});
  if (range.offset == 0) call.headers.push_back(checksum_request());
  S3Answer answer = TRY(client_.exchange(call).within("reading " + uri(key)));
  if (answer.ok() && !is_undamaged(answer.response)) {
    answer = TRY(client_.exchange(call).within("reading " + uri(key)));
  }
  if (answer.ok() && !is_undamaged(answer.response)) {
    return fail(ErrorCode::Unavailable, "the bytes of {} do not have the checksum that S3 keeps of them",
                uri(key));
  }
  if (answer.response.status == 206) return std::move(answer.response.body);
  if (answer.response.status == 416) return std::string();  // the range begins behind the end
  if (answer.response.status == 412) {
    return fail(ErrorCode::Conflict, "{} was changed while it was read", uri(key));
  }
  if (!answer.ok()) return Failure(client_.error_of(answer).within("reading " + uri(key)));
  // A store that knows no ranges sends everything.
  const std::string& all = answer.response.body;
  return range.offset >= all.size() ? std::string() : all.substr(range.offset, range.length);
}

Result<io::ObjectInfo> S3ObjectStore::put(const std::string& key, std::string bytes,
                                          const io::PutOptions& options) {
  const bool has_condition = options.precondition.kind != io::Precondition::Kind::None;
  const std::string write_name = has_condition ? random_name() : "";
  S3Call call{.method = "PUT", .key = key};
  call.headers = new_object_headers(writing_, options.content_type, write_name);
  call.body = std::move(bytes);
  const std::uint64_t size = call.body.size();
  return commit(client_, {call, options.precondition, write_name, size}).within("writing " + uri(key));
}

Result<std::unique_ptr<io::ObjectUpload>> S3ObjectStore::upload(const std::string& key,
                                                                const io::PutOptions& options) {
  return std::unique_ptr<io::ObjectUpload>(new S3Upload(*this, client_, key, options, writing_, sizes_));
}

Result<io::ObjectInfo> S3ObjectStore::copy(const std::string& from, const std::string& to) {
  return copy_object(client_, from, to, writing_, sizes_)
      .within(fmt::format("copying {} to {}", uri(from), uri(to)));
}

Result<void> S3ObjectStore::remove(const std::string& key) {
  S3Call call{.method = "DELETE", .key = key};
  const S3Answer answer = TRY(client_.exchange(call).within("removing " + uri(key)));
  const bool is_gone = answer.response.status == 404 && answer.error.code != "NoSuchBucket";
  if (answer.ok() || is_gone) return {};
  return Failure(client_.error_of(answer).within("removing " + uri(key)));
}

Result<void> S3ObjectStore::abandon_uploads(const std::string& prefix) {
  S3Call list;
  list.query = {{"uploads", ""}, {"prefix", prefix}, {"max-uploads", std::to_string(sizes_.page_objects)}};
  // Those that were ended are not listed again, so the list's first page is all that is ever needed.
  for (bool is_done = false; !is_done;) {
    const S3Answer answer = TRY(client_.succeed(list).within("listing the uploads to " + uri(prefix)));
    const auto uploads =
        TRY(read_uploads(answer.response.body).within("listing the uploads to " + uri(prefix)));
    is_done = uploads.size() < sizes_.page_objects;
    for (const OpenUpload& upload : uploads) {
      S3Call abort{.method = "DELETE", .key = upload.key, .query = {{"uploadId", upload.upload_id}}};
      const S3Answer ended = TRY(client_.exchange(abort).within("ending an upload to " + uri(upload.key)));
      if (ended.ok() || ended.error.code == "NoSuchUpload") continue;
      return Failure(client_.error_of(ended).within("ending an upload to " + uri(upload.key)));
    }
  }
  return {};
}

}  // namespace weir::aws
