// SPDX-License-Identifier: Apache-2.0
#include "config/secret_reference.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/environment.h"

namespace weir::config {
namespace {

const io::FixedEnvironment kEnvironment({{"TOKEN", "hunter2"}, {"EMPTY", ""}});

struct Resolved {
  std::string value;  ///< or the error
  std::string warnings;
};

Resolved resolved(SecretPlace place, const std::string& name) {
  Diagnostics diagnostics;
  const auto secret = resolve({place, name, {"weir.yaml", 4, 5}}, kEnvironment, diagnostics);
  return {secret.ok() ? secret->reveal() : secret.error().message(), diagnostics.to_string()};
}

/// A file with the given text and mode in a folder that goes away with it.
class SecretFile {
 public:
  SecretFile(const std::string& text, mode_t mode) {
    std::string pattern = testing::TempDir() + "weir-secret-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ / "token";
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  ~SecretFile() { std::filesystem::remove_all(folder_); }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;

  std::string path() const { return path_.string(); }
  std::string folder() const { return folder_.string(); }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST(SecretReference, that_is_not_given_cannot_be_resolved) {
  EXPECT_EQ(resolved(SecretPlace::Environment, "").value, "no place is given for the secret");
}

TEST(SecretReference, names_the_variable_that_is_not_set_or_empty) {
  EXPECT_EQ(resolved(SecretPlace::Environment, "OTHER").value,
            "weir.yaml:4:5: secret env:OTHER: the environment variable is not set; export it before the run");
  EXPECT_EQ(resolved(SecretPlace::Environment, "EMPTY").value,
            "weir.yaml:4:5: secret env:EMPTY: the value is empty");
}

TEST(SecretReference, names_the_file_that_is_missing_a_folder_or_too_long) {
  EXPECT_EQ(
      resolved(SecretPlace::File, "/no/such/token").value,
      "weir.yaml:4:5: secret file:/no/such/token: the file cannot be opened: No such file or directory");
  const SecretFile file(std::string((1U << 20) + 1, 'x'), 0600);
  EXPECT_EQ(resolved(SecretPlace::File, file.path()).value,
            "weir.yaml:4:5: secret file:" + file.path() + ": the value is longer than 1048576 bytes");
  EXPECT_EQ(resolved(SecretPlace::File, file.folder()).value,
            "weir.yaml:4:5: secret file:" + file.folder() + ": the file cannot be read: Is a directory");
}

TEST(SecretReference, names_the_command_that_fails_and_not_its_output) {
  EXPECT_EQ(resolved(SecretPlace::Command, "printf hunter%d 2; exit 3").value,
            "weir.yaml:4:5: secret command:printf hunter%d 2; exit 3: the command failed with exit status 3; "
            "run it by hand to see why");
  EXPECT_EQ(resolved(SecretPlace::Command, "kill -9 $$").value,
            "weir.yaml:4:5: secret command:kill -9 $$: the command was ended by a signal");
  EXPECT_EQ(resolved(SecretPlace::Command, "true").value,
            "weir.yaml:4:5: secret command:true: the value is empty");
}

TEST(SecretReference, warns_of_a_file_that_every_user_may_read) {
  const SecretFile open("hunter2\n", 0644);
  EXPECT_EQ(resolved(SecretPlace::File, open.path()).warnings,
            "weir.yaml:4:5: warning: every user of this machine can read the secret file:" + open.path() +
                "; run: chmod o= '" + open.path() + "'\n");
  const SecretFile closed("hunter2\n", 0600);
  EXPECT_EQ(resolved(SecretPlace::File, closed.path()).warnings, "");
}

TEST(SecretReference, fetches_the_value_and_drops_one_newline) {
  EXPECT_EQ(resolved(SecretPlace::Environment, "TOKEN").value, "hunter2");
  const SecretFile file("hunter2\n\n", 0600);
  EXPECT_EQ(resolved(SecretPlace::File, file.path()).value, "hunter2\n");
  EXPECT_EQ(resolved(SecretPlace::Command, "echo hunter2").value, "hunter2");
}

TEST(SecretReference, prints_the_place_and_never_the_value) {
  EXPECT_EQ((SecretReference{SecretPlace::Command, "pass show x", {}}.to_string()), "command:pass show x");
  EXPECT_EQ((SecretReference{SecretPlace::File, "a/b", {}}.to_string()), "file:a/b");
}

}  // namespace
}  // namespace weir::config
