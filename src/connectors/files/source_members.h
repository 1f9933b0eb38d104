// SPDX-License-Identifier: Apache-2.0
// Members: the files of a partition one after the other, and the entries of those that are archives,
// each with the table that asks for it. Used by the extractions. One thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/files/source_plan.h"
#include "formats/input_reader.h"

namespace weir::files {

struct Member {
  std::shared_ptr<const std::string> name;  ///< shared by its blocks
  std::size_t table = 0;
  std::unique_ptr<formats::InputReader> reader;
};

class Members {
 public:
  /// `hash` may be null. The plan and the hash must outlive this object.
  Members(const ReadPlan& plan, std::vector<sdk::InputStamp> inputs, formats::ContentHash* hash)
      : plan_(plan), inputs_(std::move(inputs)), hash_(hash) {}

  /// The next one that a table asks for; nothing at the end. What is left of the one before, which
  /// must not be used any more, is passed over. Fails when a table's files are missing.
  Result<std::optional<Member>> next();
  /// Whether a member that was read to its end may be as empty as it is.
  Result<void> check_content(const Member& member) const;
  /// An error of the member as it is to be told: what a file seems to have wrong means nothing once it
  /// is not the listed one any more.
  Failure cause(const Error& error) const;

  std::uint64_t bytes_read() const { return bytes_before_ + (input_ != nullptr ? input_->bytes_read() : 0); }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Result<bool> open_input();
  Result<std::optional<Member>> next_entry();
  Result<Member> member(std::string name, std::size_t table, std::unique_ptr<formats::ByteSource> bytes,
                        formats::Compression compression);
  Result<void> pass_over(const std::string& entry);
  Result<void> check_presence(const std::string& where);

  const ReadPlan& plan_;
  std::vector<sdk::InputStamp> inputs_;
  formats::ContentHash* hash_;
  std::size_t opened_ = 0;
  std::uint64_t bytes_before_ = 0;
  std::unique_ptr<StoredInput> input_;  // the one that is being read
  std::unique_ptr<formats::Archive> archive_;
  std::set<std::size_t> found_;  // tables that were asked for, in this archive or among the files
  std::vector<std::string> warnings_;
};

}  // namespace weir::files
