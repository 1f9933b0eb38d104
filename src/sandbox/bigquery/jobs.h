// SPDX-License-Identifier: Apache-2.0
// The jobs of the stand-in: taken, carried out in the background, remembered for ever. Used by
// BigQueryService. Thread-safe. Refuses by throwing Refusal.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "sandbox/bigquery/job.h"
#include "sandbox/bigquery/job_faults.h"

namespace weir::sandbox::bigquery {

struct JobLimits {
  std::int64_t loads_per_table = 1500;  ///< jobs that change a table, a table and day
};

class Jobs {
 public:
  /// What it is given must outlive it.
  Jobs(Tools tools, JobLimits limits);
  /// Waits for what runs.
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// Nobody waits for a job any more.
  void stop();
  /// Takes a job whose location is known, and begins with it. The resource as it is then: PENDING.
  Json insert(Job job);
  /// Without a location it is looked for in US and EU. Refuses what is not there.
  Job get(const std::string& project, const std::string& id, const std::string& location) const;
  /// The job when it is done, or as it is after so many milliseconds.
  Job wait(const std::string& project, const std::string& id, const std::string& location,
           std::int64_t milliseconds) const;
  void cancel(const Job& job);
  void remove(const Job& job);
  /// Oldest first.
  std::vector<Job> all() const;
  JobFaults& faults() { return faults_; }
  /// Carries out a job that leaves no trace, for a dry run; throws what a job would end with.
  Outcome try_out(const Job& job);

  static Json resource(const Job& job);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;

  void run(const Key& key);
  void rest(const Key& key, int milliseconds);
  Outcome carry_out(const Job& job);
  void count_load(const Job& job);
  void finish(const Key& key, const std::optional<Refusal>& failure, Outcome outcome);

  Tools tools_;
  JobLimits limits_;
  JobFaults faults_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  std::map<Key, Job> jobs_;
  std::vector<Key> order_;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> loads_;  ///< by table and day
  int running_ = 0;
  bool is_stopping_ = false;
};

}  // namespace weir::sandbox::bigquery
