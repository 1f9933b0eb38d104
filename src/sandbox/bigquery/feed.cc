// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/feed.h"

#include <cstring>

#include "formats/inflate.h"
#include "protocols/google/json_value.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::size_t kPiece = std::size_t{256} * 1024;

class BlobSource final : public formats::ByteSource {
 public:
  explicit BlobSource(std::shared_ptr<const gcs::Blob> blob) : blob_(std::move(blob)) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    const std::string bytes = blob_->read(offset_, size);
    std::memcpy(to, bytes.data(), bytes.size());
    offset_ += bytes.size();
    return bytes.size();
  }

 private:
  std::shared_ptr<const gcs::Blob> blob_;
  std::uint64_t offset_ = 0;
};

struct Address {
  std::string bucket;
  std::string start{};  ///< of the name, up to the star
  std::string end{};
  bool has_star = false;
};

Address parse_address(const std::string& uri) {
  constexpr std::string_view kScheme = "gs://";
  const std::size_t slash = uri.find('/', kScheme.size());
  const std::size_t star = uri.find('*');
  const bool valid = uri.rfind(kScheme, 0) == 0 && slash != std::string::npos && slash > kScheme.size() &&
                     slash + 1 < uri.size() &&
                     (star == std::string::npos || (star > slash && star == uri.rfind('*')));
  if (!valid) throw Refusal{"invalid", "Source URI must be a Google Cloud Storage location: " + uri};
  Address address{uri.substr(kScheme.size(), slash - kScheme.size()), uri.substr(slash + 1)};
  if (star == std::string::npos) return address;
  address.has_star = true;
  address.start = uri.substr(slash + 1, star - slash - 1);
  address.end = uri.substr(star + 1);
  return address;
}

void find_objects(Tools& tools, const std::string& uri, std::vector<Input>& inputs) {
  const Address address = parse_address(uri);
  const std::size_t before = inputs.size();
  try {
    tools.store.walk(address.bucket, address.start, [&](const gcs::Object& object) {
      const std::string name = google::text_of(object.resource, "name");
      if (name.rfind(address.start, 0) != 0) return false;
      const bool fits = address.has_star ? name.size() >= address.start.size() + address.end.size() &&
                                               name.ends_with(address.end)
                                         : name == address.start;
      if (fits) inputs.push_back({"gs://" + address.bucket + "/" + name, object.bytes});
      return address.has_star;
    });
  } catch (const gcs::Refusal&) {
    throw Refusal{"notFound", "Not found: Bucket " + address.bucket};
  }
  if (inputs.size() == before) throw Refusal{"notFound", "Not found: URI " + uri, uri};
}

}  // namespace

std::vector<Input> inputs_of(Tools& tools, const Job& job) {
  std::vector<Input> inputs;
  if (job.upload != nullptr) {
    inputs.push_back({"", job.upload});
    return inputs;
  }
  for (const Json& uri : google::member_of(job.settings(), "sourceUris")) {
    find_objects(tools, uri.get<std::string>(), inputs);
  }
  return inputs;
}

Feed::Feed(const Input& input) : uri_(input.uri) {
  auto inflated =
      formats::inflate(std::make_unique<BlobSource>(input.blob), formats::Compression::Auto, input.uri);
  if (!inflated.ok())
    throw Refusal{"invalid", "Error while reading data, error message: " + inflated.error().message(), uri_};
  source_ = *std::move(inflated);
}

bool Feed::fill() {
  if (has_ended_) return false;
  buffer_.erase(0, start_);
  start_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kPiece);
  const auto got = source_->read(buffer_.data() + size, kPiece);
  buffer_.resize(size + (got.ok() ? *got : 0));
  if (!got.ok())
    throw Refusal{"invalid", "Error while reading data, error message: " + got.error().message(), uri_};
  has_ended_ = *got == 0;
  return !has_ended_;
}

std::optional<std::string_view> Feed::line() {
  std::size_t searched = 0;
  while (true) {
    const std::string_view rest = ahead();
    const std::size_t end = rest.find('\n', searched);
    if (end != std::string_view::npos) {
      consume(end + 1);
      return rest.substr(0, end);
    }
    searched = rest.size();
    if (fill()) continue;
    if (rest.empty()) return std::nullopt;
    const std::string_view last = ahead();
    consume(last.size());
    return last;
  }
}

}  // namespace weir::sandbox::bigquery
