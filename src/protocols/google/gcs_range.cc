// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/gcs_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "protocols/google/encoding.h"

namespace weir::google {
namespace {

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
};

/// Reads digits up to `end`, and moves behind it.
std::optional<std::uint64_t> take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(stop - text.data());
  if (error != std::errc() || (end != '\0' && (length == text.size() || *stop != end))) return std::nullopt;
  text.remove_prefix(std::min(text.size(), length + 1));
  return number;
}

/// "bytes 0-99/1234".
std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (text.substr(0, kUnit.size()) != kUnit) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto first = take_number(text, '-');
  if (!first) return std::nullopt;
  const auto last = take_number(text, '/');
  if (!last) return std::nullopt;
  const auto total = take_number(text, '\0');
  if (!total || *last < *first) return std::nullopt;
  return ContentRange{*first, *last, *total};
}

/// The object's checksum: "crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==", in one header or two.
std::optional<std::string> announced_crc32c(const io::HttpResponse& answer) {
  constexpr std::string_view kName = "crc32c=";
  for (const io::HttpHeader& header : answer.headers) {
    if (lower(header.name) != "x-goog-hash") continue;
    for (const std::string& part : split(header.value, ',')) {
      const std::string_view value = trim(part);
      if (value.substr(0, kName.size()) == kName) return std::string(value.substr(kName.size()));
    }
  }
  return std::nullopt;
}

Result<void> check_whole(const io::HttpResponse& answer) {
  const auto announced = announced_crc32c(answer);
  if (!announced || *announced == crc32c(answer.body)) return {};
  return fail(ErrorCode::Unavailable,
              "the bytes that came do not have the object's checksum: damaged on their way");
}

}  // namespace

Result<std::string> bytes_of_range(io::HttpResponse answer, io::ByteRange range) {
  if (answer.status == 416) return std::string();
  if (answer.status == 200) {  // the server does not know ranges of this object
    TRY(check_whole(answer));
    if (range.offset >= answer.body.size()) return std::string();
    return answer.body.substr(range.offset, range.length);
  }
  const auto got = parse_content_range(answer.header("Content-Range").value_or(""));
  if (answer.status != 206 || !got || got->first != range.offset) {
    return fail(ErrorCode::DataMismatch,
                "the answer to a question for the bytes from {} has the status {} and says '{}'",
                range.offset, answer.status, answer.header("Content-Range").value_or(""));
  }
  const std::uint64_t wanted = std::min(range.length, got->total - std::min(got->total, range.offset));
  if (answer.body.size() != wanted || got->last - got->first + 1 != wanted) {
    return fail(ErrorCode::Unavailable, "{} bytes came where {} were asked for", answer.body.size(), wanted);
  }
  if (answer.body.size() == got->total) TRY(check_whole(answer));
  return std::move(answer.body);
}

}  // namespace weir::google
