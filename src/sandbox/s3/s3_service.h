// SPDX-License-Identifier: Apache-2.0
// S3Service: the REST API of Amazon S3. It shares its address with the other services and answers to
// what is signed for AWS. Used by sandbox.cc. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/http/http.h"
#include "sandbox/s3/settings.h"
#include "sandbox/s3/signature.h"
#include "sandbox/s3/store.h"
#include "sandbox/s3/uploads.h"

namespace weir::sandbox::s3 {

struct Call;
struct Refusal;

class S3Service final : public Service {
 public:
  S3Service(std::unique_ptr<Store> store, const Settings& settings);

  /// Makes the buckets of the settings that are not there. InvalidConfig says what is wrong with one.
  Result<void> make_buckets(const Settings& settings);
  std::optional<Answer> answer(const Request& request, RequestBody& body) override;
  std::optional<Answer> refusal(const Request& request, const Fault& fault) override;
  Store& store() { return *store_; }
  /// Multipart uploads that are neither finished nor given up.
  std::size_t open_uploads() const { return uploads_.open(); }

 private:
  Answer serve(const Request& request, RequestBody& body, const std::string& request_id);
  Result<std::string> make_bucket(const std::string& given);
  void put_archive(const std::string& bucket);
  /// Refuses requests that were signed for another region than the bucket's.
  void check_region(const Call& call, const Proof& proof) const;
  Answer of_bucket(const Call& call);
  Answer of_object(const Call& call);
  Answer refused(const Refusal& refusal, const std::string& request_id) const;
  std::string next_request_id();
  Answer finished(Answer answer, const std::string& request_id) const;

  std::unique_ptr<Store> store_;
  std::string region_;
  std::vector<AccessKey> keys_;
  Uploads uploads_;
  std::atomic<std::uint64_t> requests_ = 0;
};

}  // namespace weir::sandbox::s3
