// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/payload.h"

#include <exception>
#include <vector>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/s3/chunks.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";

bool is_streaming(const std::string& payload) {
  if (!payload.starts_with("STREAMING-")) return false;
  if (payload == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" || payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" ||
      payload == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    return true;
  }
  throw Refusal{501, "NotImplemented", "The sandbox does not know the payload " + payload};
}

void check_form(const std::string& payload) {
  const bool is_hash =
      payload.size() == 64 && payload.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (is_hash || payload == kUnsigned || is_streaming(payload)) return;
  throw Refusal{400, "InvalidArgument",
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
                "sha256 value."};
}

std::string decode_sum(const std::string& header, const std::string& text, std::size_t size) {
  const auto sum = google::from_base64(text);
  if (sum && sum->size() == size) return *sum;
  if (header == "content-md5") {
    throw Refusal{400, "InvalidDigest", "The Content-MD5 you specified was invalid."};
  }
  throw Refusal{400, "InvalidRequest", "Value for " + header + " header is invalid."};
}

}  // namespace

/// The sums that a request wants compared.
class Payload::Sums {
 public:
  enum class Md5 { Computed, Given };

  Sums(const Request& request, const Proof& proof, Md5 md5) : payload_(proof.payload) {
    if (!is_streaming(payload_) && payload_ != kUnsigned) hash_.emplace(Algorithm::Sha256);
    for (const auto& [name, value] : request.headers) {
      if (const auto algorithm = checksum_of(name)) expect(*algorithm, name, value);
    }
    content_md5_ = request.header("content-md5");
    if (content_md5_ && md5 == Md5::Computed) expect(Algorithm::Md5, "content-md5", *content_md5_);
    const auto trailer = request.header("x-amz-trailer");
    if (!trailer) return;
    const std::string name = lower(trim(*trailer));
    const auto algorithm = checksum_of(name);
    if (!algorithm) {
      throw Refusal{400, "InvalidRequest",
                    "The value specified in the x-amz-trailer header is not supported"};
    }
    expect(*algorithm, name, "");
  }

  /// Bytes as they come.
  void add_sent(std::string_view piece) {
    if (hash_) hash_->add(piece);
  }
  /// Bytes as they are meant.
  void add_meant(std::string_view piece) {
    for (auto& one : all_) one.digest.add(piece);
  }
  void check_hash() {
    if (!hash_) return;
    const std::string computed = hex(hash_->finish());
    if (computed == payload_) return;
    throw Refusal{400,
                  "XAmzContentSHA256Mismatch",
                  "The provided 'x-amz-content-sha256' header does not match what was computed.",
                  {{"ClientComputedContentSHA256", payload_}, {"S3ComputedContentSHA256", computed}}};
  }
  void check_md5(const std::string& computed) const {
    if (!content_md5_ || decode_sum("content-md5", *content_md5_, computed.size()) == computed) return;
    throw mismatch("content-md5");
  }
  std::map<Algorithm, std::string> checked(const std::map<std::string, std::string>& trailer) {
    std::map<Algorithm, std::string> good;
    for (auto& one : all_) {
      const auto trailed = trailer.find(one.header);
      if (one.given.empty() && trailed != trailer.end()) one.given = trailed->second;
      const std::string computed = one.digest.finish();
      if (decode_sum(one.header, one.given, computed.size()) != computed) throw mismatch(one.header);
      if (one.algorithm != Algorithm::Md5) good[one.algorithm] = one.given;
    }
    return good;
  }

 private:
  struct One {
    Algorithm algorithm;
    std::string header;
    std::string given;  ///< in base64; empty: it comes in the trailer
    Digest digest;
  };

  void expect(Algorithm algorithm, const std::string& header, const std::string& given) {
    all_.push_back({algorithm, header, given, Digest(algorithm)});
  }
  static Refusal mismatch(const std::string& header) {
    if (header == "content-md5") {
      return {400, "BadDigest", "The Content-MD5 you specified did not match what we received."};
    }
    return {400, "BadDigest", "The " + header + " you specified did not match the calculated checksum."};
  }

  const std::string& payload_;
  std::optional<std::string> content_md5_;
  std::optional<Digest> hash_;
  std::vector<One> all_;
};

std::optional<std::uint64_t> Payload::announced() const {
  const bool is_encoded = proof_.payload.starts_with("STREAMING-");
  const auto text = request_.header(is_encoded ? "x-amz-decoded-content-length" : "content-length");
  return google::number_of({{"n", text.value_or("")}}, "n");
}

bool Payload::has_checksum() const {
  for (const auto& [name, value] : request_.headers) {
    if (name == "content-md5" || name == "x-amz-trailer" || checksum_of(name)) return true;
  }
  return false;
}

void Payload::read(const RequestBody::Receiver& receiver, const std::function<std::string()>& md5) {
  check_form(proof_.payload);
  Sums sums(request_, proof_, md5 ? Sums::Md5::Given : Sums::Md5::Computed);
  std::optional<Chunks> chunks;
  if (is_streaming(proof_.payload)) chunks.emplace(proof_);
  std::uint64_t size = 0;
  const RequestBody::Receiver take = [&](std::string_view piece) {
    size += piece.size();
    sums.add_meant(piece);
    receiver(piece);
  };
  // The rest of a body must be read even when it is refused already: the next request comes behind it.
  std::exception_ptr refused;
  const bool is_complete = body_.read([&](std::string_view piece) {
    if (refused) return;
    try {
      sums.add_sent(piece);
      chunks ? chunks->add(piece, take) : take(piece);
    } catch (const Refusal&) {
      refused = std::current_exception();
    }
  });
  if (refused) std::rethrow_exception(refused);
  if (chunks) chunks->finish();
  if (!is_complete || size != announced().value_or(size)) {
    throw Refusal{400, "IncompleteBody",
                  "You did not provide the number of bytes specified by the Content-Length HTTP header"};
  }
  sums.check_hash();
  if (md5) sums.check_md5(md5());
  checksums_ = sums.checked(chunks ? chunks->trailer() : std::map<std::string, std::string>());
}

std::string Payload::read_into(objects::BlobWriter& writer) {
  std::string md5;
  read([&writer](std::string_view piece) { writer.append(piece); },
       [&] { return md5 = google::from_base64(writer.md5()).value_or(""); });
  return md5;
}

std::string Payload::all() {
  std::string bytes;
  read([&bytes](std::string_view piece) { bytes += piece; }, {});
  return bytes;
}

}  // namespace weir::sandbox::s3
