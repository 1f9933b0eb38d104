// SPDX-License-Identifier: Apache-2.0
// A stand-in for the ipinfo API on the loopback interface, which enforces its documented rules. For
// tests with the real HTTP client. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace weir::support {

class IpinfoServer {
 public:
  struct Rules {
    std::string token = "test-token";  ///< others get 403; without one only single lookups work
    std::uint64_t quota = 1'000'000;   ///< addresses that are answered before 429
    int failures = 0;                  ///< first requests that get 503
  };

  /// Starts on a free port.
  static Result<std::unique_ptr<IpinfoServer>> start(Rules rules);
  ~IpinfoServer();

  /// What the server knows: address to the JSON of its record. Others get a wrong-address error
  /// where they are no address, and a record with nothing but the address where they are.
  void knows(const std::string& address, const std::string& record);

  /// "http://127.0.0.1:40001", to be given as the endpoint.
  std::string endpoint() const;
  /// Every request as "POST /batch 3", with the number of addresses.
  std::vector<std::string> requests() const;

 private:
  struct State;
  explicit IpinfoServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace weir::support
