// SPDX-License-Identifier: Apache-2.0
// Failures that are no crash: full disks, unreadable and changing files, broken gzip, two programs
// on one partition, Ctrl-C. Each gives clear words and the documented exit code, and leaves what was
// loaded as it was.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "state/partition_lock.h"
#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::TestProject;

const std::vector<std::string> kFirstDay = {"run", "requests", "--partition", "2024-05-01"};

std::string count(const TestProject& project) {
  return project.query("warehouse.db", "SELECT count(*), count(DISTINCT insert_id) FROM requests");
}

/// Whether this process may mount: as root, or in namespaces of its own (user_namespaces(7)), in which it
/// stays the user that it is. What it starts has no more rights than before.
bool gains_the_right_to_mount() {
  if (geteuid() == 0) return true;
  const auto user = geteuid();
  const auto group = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << user << " " << user << " 1";
  std::ofstream("/proc/self/gid_map") << group << " " << group << " 1";
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// A tmpfs of a few megabytes; tests that need one skip where nobody may mount.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    char name[] = "/tmp/weir-disk-XXXXXX";
    folder_ = mkdtemp(name);
    mounted_ = gains_the_right_to_mount() &&
               mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
    rmdir(folder_.c_str());
  }
  bool mounted() const { return mounted_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  bool mounted_ = false;
};

TEST(Failure, a_full_disk_fails_the_run_and_keeps_what_was_loaded) {
  const SmallDisk disk("3m");
  if (!disk.mounted())
    GTEST_SKIP() << "needs the right to mount a tmpfs (run as root, or allow user namespaces)";
  const TestProject project(disk.folder());
  write_request_log_project(project, 2, 300);
  ASSERT_EQ(project.weir(kFirstDay).exit_code, 0);
  const auto before = count(project);
  write_request_log_project(project, 1, 9000);
  const auto failed = project.weir(kFirstDay);
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  EXPECT_NE(failed.output.find("disk"), std::string::npos) << failed.output;
  EXPECT_EQ(count(project), before);
  write_request_log_project(project, 1, 300);
  EXPECT_EQ(project.weir({"run", "requests", "--partition", "2024-05-01", "--rerun"}).exit_code, 0);
  EXPECT_EQ(count(project), before);
}

TEST(Failure, an_unreadable_file_is_named_with_what_to_do) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything (run as a user)";
  const TestProject project;
  write_request_log_project(project, 1, 50);
  std::filesystem::permissions(project.path("logs/2024-05-01.jsonl"), std::filesystem::perms::none);
  const auto failed = project.weir(kFirstDay);
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  EXPECT_NE(failed.output.find("2024-05-01.jsonl"), std::string::npos) << failed.output;
}

TEST(Failure, a_folder_in_place_of_a_file_is_named) {
  const TestProject project;
  write_request_log_project(project, 1, 50);
  std::filesystem::remove(project.path("logs/2024-05-01.jsonl"));
  std::filesystem::create_directory(project.path("logs/2024-05-01.jsonl"));
  const auto failed = project.weir(kFirstDay);
  EXPECT_EQ(failed.exit_code, 2) << failed.output;
  EXPECT_NE(failed.output.find("2024-05-01.jsonl"), std::string::npos) << failed.output;
}

TEST(Failure, a_cut_gzip_file_publishes_nothing) {
  const TestProject project;
  write_request_log_project(project, 1, 2000);
  const auto log = project.path("logs/2024-05-01.jsonl").string();
  ASSERT_EQ(std::system(("gzip -k " + log + " && mv " + log + ".gz " + log).c_str()), 0);
  ASSERT_EQ(project.weir(kFirstDay).exit_code, 0);
  const auto before = count(project);
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 7);
  const auto failed = project.weir(kFirstDay);
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  EXPECT_NE(failed.output.find("2024-05-01.jsonl"), std::string::npos) << failed.output;
  EXPECT_EQ(count(project), before);
}

TEST(Failure, too_many_bad_rows_publish_nothing) {
  const TestProject project;
  write_request_log_project(project, 1, 500);
  project.write("pipelines/requests.yaml", project.read("pipelines/requests.yaml") + "max_bad_rows: 1 %\n");
  const auto failed = project.weir(kFirstDay);
  EXPECT_EQ(failed.exit_code, 1) << failed.output;
  EXPECT_NE(failed.output.find("max_bad_rows"), std::string::npos) << failed.output;
  EXPECT_EQ(project.query("warehouse.db", "SELECT count(*) FROM sqlite_master"), "0\n");
}

TEST(Failure, a_second_weir_on_the_same_partition_is_told_who_is_first) {
  const TestProject project;
  write_request_log_project(project, 1, 100);
  const auto first =
      state::PartitionLock::acquire(project.path(".weir").string(), "requests", "2024-05-01", {0});
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  const auto second = project.weir(kFirstDay);
  EXPECT_EQ(second.exit_code, 4) << second.output;
  EXPECT_NE(second.output.find("process " + std::to_string(getpid())), std::string::npos) << second.output;
}

TEST(Failure, an_interrupt_ends_cleanly_and_the_next_run_goes_on) {
  const TestProject project;
  write_request_log_project(project, 5, 300);
  const std::vector<std::string> backfill = {"backfill",   "requests", "--from",
                                             "2024-05-01", "--to",     "2024-05-05"};
  const auto ended = project.weir(backfill, {{"WEIR_INTERRUPT_AT", "claimed:3"}});
  EXPECT_EQ(ended.exit_code, 4) << ended.output;
  const std::string days = "SELECT count(DISTINCT substr(timestamp, 1, 10)) FROM requests";
  EXPECT_EQ(project.query("warehouse.db", days), "2\n");
  EXPECT_EQ(project.weir(backfill).exit_code, 0);
  EXPECT_EQ(project.query("warehouse.db", days), "5\n");
}

}  // namespace
}  // namespace weir
