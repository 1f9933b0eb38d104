// SPDX-License-Identifier: Apache-2.0
// Takes apart a body in the encoding aws-chunked: pieces with a signature each, and perhaps a trailer.
// Used by Payload. Belongs to one thread.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/http/http.h"
#include "sandbox/s3/digest.h"
#include "sandbox/s3/signature.h"

namespace weir::sandbox::s3 {

class Chunks {
 public:
  explicit Chunks(const Proof& proof);

  /// Bytes as they came; `receiver` gets those that are meant. Refuses bad signatures.
  void add(std::string_view bytes, const RequestBody::Receiver& receiver);
  /// Refuses a body that ends too early.
  void finish() const;
  /// The headers behind the body, names in lower case.
  const std::map<std::string, std::string>& trailer() const { return trailer_; }

 private:
  enum class Stage { Size, Data, Trailer, Done };

  void take_line(const std::string& line);
  void begin(const std::string& line);
  void end_data();
  void take_trailer(const std::string& line);
  void check_signature(const std::string& kind, const std::string& hashed);

  const Proof& proof_;
  bool is_signed_;
  bool has_trailer_;
  Stage stage_ = Stage::Size;
  std::string line_;        ///< what has come of a line
  std::uint64_t left_ = 0;  ///< of a piece's bytes
  bool is_last_ = false;
  std::string previous_;   ///< signature
  std::string signature_;  ///< of the piece that is read
  std::optional<Digest> digest_;
  std::string trailer_text_;
  std::map<std::string, std::string> trailer_;
};

}  // namespace weir::sandbox::s3
