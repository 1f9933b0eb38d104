// SPDX-License-Identifier: Apache-2.0
// What visitors ask for and what the server answers: one Request after the other, in the shape of
// a public data server with an HTML page, a JSON and a CSV address for every table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "tools/sample/random.h"
#include "tools/sample/visitors.h"

namespace weir::sample {

struct Request {
  Timestamp time;
  std::int64_t received_after_micros = 0;
  std::uint64_t number = 0;  ///< of this entry, for the ids derived from it
  const Visitor* visitor = nullptr;
  std::string_view method;
  std::string url;
  std::string_view referer;  ///< empty: none was sent
  int request_size = 0;
  std::int64_t response_size = -1;  ///< negative: not known
  int status = 200;
  std::int64_t latency_micros = 0;
  std::uint32_t revision = 1;
};

class Traffic {
 public:
  Traffic(std::size_t visitors, std::uint64_t seed);
  /// Fills in everything but time and number. The text in `request` is reused.
  void next(Random& random, Request& request) const;

 private:
  void ask_table(Random& random, Request& request) const;
  void ask(Random& random, Request& request) const;

  Visitors visitors_;
  Weighted tables_;
};

}  // namespace weir::sample
