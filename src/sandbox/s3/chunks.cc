// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/chunks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::size_t kLongestLine = 8192;

Refusal bad_chunk(const std::string& reason) {
  return {400, "InvalidRequest", "The body is not in the encoding aws-chunked: " + reason};
}

}  // namespace

Chunks::Chunks(const Proof& proof)
    : proof_(proof),
      is_signed_(proof.payload.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")),
      has_trailer_(proof.payload.ends_with("-TRAILER")),
      previous_(proof.signature) {}

void Chunks::add(std::string_view bytes, const RequestBody::Receiver& receiver) {
  while (!bytes.empty()) {
    if (stage_ == Stage::Data && left_ > 0) {
      const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      if (digest_) digest_->add(piece);
      receiver(piece);
      left_ -= piece.size();
      bytes.remove_prefix(piece.size());
      continue;
    }
    if (stage_ == Stage::Done) throw bad_chunk("bytes behind its end");
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > kLongestLine) throw bad_chunk("a line without end");
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (line_.empty() || line_.back() != '\r') throw bad_chunk("a line that does not end in CR LF");
    line_.pop_back();
    take_line(std::exchange(line_, {}));
  }
}

void Chunks::take_line(const std::string& line) {
  switch (stage_) {
    case Stage::Size:
      return begin(line);
    case Stage::Data:
      if (!line.empty()) throw bad_chunk("more bytes in a piece than it announced");
      return end_data();
    case Stage::Trailer:
      return take_trailer(line);
    case Stage::Done:
      return;
  }
}

/// "400;chunk-signature=ab…", or "400" when pieces are not signed.
void Chunks::begin(const std::string& line) {
  constexpr std::string_view kSignature = ";chunk-signature=";
  const std::size_t semicolon = std::min(line.find(';'), line.size());
  const std::string_view rest = std::string_view(line).substr(semicolon);
  if (semicolon == 0 || semicolon > 15) throw bad_chunk("a piece without a size");
  left_ = 0;
  for (const char c : line.substr(0, semicolon)) {
    if (hex_digit(c) < 0) throw bad_chunk("'" + line.substr(0, semicolon) + "' is no size");
    left_ = left_ * 16 + static_cast<std::uint64_t>(hex_digit(c));
  }
  if (is_signed_ != rest.starts_with(kSignature)) {
    throw bad_chunk(is_signed_ ? "a piece without a signature" : "a signature in an unsigned body");
  }
  if (is_signed_) {
    signature_ = rest.substr(kSignature.size());
    digest_.emplace(Algorithm::Sha256);
  }
  is_last_ = left_ == 0;
  stage_ = Stage::Data;
  if (!is_last_) return;
  // The last one has no bytes; behind its line comes the trailer, or the blank line that ends its data.
  if (has_trailer_) end_data();
}

void Chunks::end_data() {
  if (is_signed_) {
    check_signature("AWS4-HMAC-SHA256-PAYLOAD", sha256_hex("") + "\n" + hex(digest_->finish()));
  }
  stage_ = Stage::Size;
  if (is_last_) stage_ = has_trailer_ ? Stage::Trailer : Stage::Done;
}

void Chunks::take_trailer(const std::string& line) {
  if (line.empty()) {
    if (is_signed_) throw bad_chunk("a trailer without a signature");
    stage_ = Stage::Done;
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) throw bad_chunk("a trailer that is no header");
  const std::string name = lower(trim(line.substr(0, colon)));
  const std::string value(trim(line.substr(colon + 1)));
  if (name != "x-amz-trailer-signature") {
    trailer_[name] = value;
    trailer_text_ += name + ":" + value + "\n";
    return;
  }
  signature_ = value;
  check_signature("AWS4-HMAC-SHA256-TRAILER", sha256_hex(trailer_text_));
  is_signed_ = false;  // what follows is the blank line
}

void Chunks::check_signature(const std::string& kind, const std::string& hashed) {
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}\n{}", kind, proof_.time, proof_.scope, previous_, hashed);
  previous_ = hex(hmac_sha256(proof_.signing_key, to_sign));
  if (previous_ == signature_) return;
  throw Refusal{403,
                "SignatureDoesNotMatch",
                "The signature of a piece of the body does not match the one we calculated.",
                {{"StringToSign", to_sign}, {"SignatureProvided", signature_}}};
}

void Chunks::finish() const {
  if (stage_ != Stage::Done) {
    throw Refusal{400, "IncompleteBody", "The request body terminated unexpectedly"};
  }
}

}  // namespace weir::sandbox::s3
