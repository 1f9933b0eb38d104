// SPDX-License-Identifier: Apache-2.0
// The HTTP server below the sandbox: services answer, faults interfere, requests are remembered.
// Used by sandbox.cc. Thread-safe after start().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/http/faults.h"
#include "sandbox/http/http.h"

namespace weir::sandbox {

class HttpServer {
 public:
  /// Serves on 127.0.0.1, on a free port when `port` is 0. The first service that answers is the
  /// one; /_fault and /_requests are answered before them. All must outlive the server.
  static Result<std::unique_ptr<HttpServer>> start(int port, std::vector<Service*> services, Faults& faults);
  /// Waits for the requests that are being answered.
  ~HttpServer();

  int port() const;
  /// The last thousand as "PUT /upload/storage/v1/b/x/o?upload_id=… 308", in the order of their
  /// answers; the status is 0 where there was none.
  std::vector<std::string> requests() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace weir::sandbox
