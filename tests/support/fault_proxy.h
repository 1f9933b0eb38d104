// SPDX-License-Identifier: Apache-2.0
// A way to a server on which things go wrong as a test says: connections break or stand still after so
// many bytes, answers get lost though the server has done its work, errors come in the server's place.
// Knows requests of HTTP and statements of PostgreSQL and MySQL. A thread for each connection; one thread may
// give and take faults while others use the way.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace weir::support {

struct Fault {
  enum class Kind {
    Reset,       ///< lets `bytes` through, then resets the connection
    Close,       ///< lets `bytes` through, then ends it in an orderly way
    Stall,       ///< lets `bytes` through, then nothing any more
    Refuse,      ///< resets a connection that is made
    Delay,       ///< lets the request wait for `delay`
    LoseAnswer,  ///< takes the server's whole answer, then resets the connection
    Answer,      ///< says `answer` instead of asking the server; HTTP only
  };
  /// Whose bytes are counted, from the beginning of the request.
  enum class Side { Answer, Request };

  Kind kind = Kind::Reset;
  /// Meets requests whose first line, or statements whose text, has this in it; empty: all.
  std::string when = {};
  std::size_t bytes = 0;
  Side side = Side::Answer;
  std::chrono::milliseconds delay = std::chrono::milliseconds(0);
  std::string answer = {};
  int connection = 0;  ///< only the one of this number since the proxy began, from 1; 0: any
  int spared = 0;      ///< so many that it could meet pass unharmed
  int times = 1;       ///< then it meets so many
};

/// An answer of S3 that says what is wrong.
std::string s3_error_answer(int status, const std::string& code);

class FaultProxy {
 public:
  enum class Protocol { Http, Postgres, Mysql };  // LoseAnswer is not for Mysql

  /// In front of a port of this machine.
  FaultProxy(Protocol protocol, int server_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const { return port_; }
  void add(Fault fault);
  /// No faults any more; what stands still goes on standing still.
  void clear();
  /// How many requests and connections a fault has met.
  int met() const;
  /// How many connections have come to stand still.
  int standing_still() const { return standing_still_; }
  /// The first lines or statements that came, one a line: what a test can aim at.
  std::string requests() const;

 private:
  class Carrier;
  void accept_all();
  /// What is to happen to a request, or with nothing to a new connection.
  std::optional<Fault> fate(const std::optional<std::string>& request, int connection);

  const Protocol protocol_;
  const int server_port_;
  std::atomic<int> standing_still_ = 0;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards what follows up to the threads
  std::vector<Fault> faults_;
  int met_ = 0;
  std::string requests_;
  std::list<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace weir::support
