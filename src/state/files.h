// SPDX-License-Identifier: Apache-2.0
// Files that locks and quarantine share: safe names, whole writes, system errors in words. For this
// folder only. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::state {

/// A file name for any text: letters, digits, '_', '-' and inner dots stay, other bytes become %XX.
/// Different texts have different names; long ones are cut and end in a hash.
/// A name that was cut is its own safe name.
std::string safe_name(std::string_view text);
/// The text that has this safe name; of a name that was cut the name itself.
std::string text_of_name(std::string_view name);

/// The failure of a system call on a file, told by errno: "writing /x/y.jsonl: the disk is full…".
Failure file_failure(int system_error, std::string_view doing, const std::string& path);

/// Makes the folder and what is missing above it, for this user alone: rows that were set aside are
/// nobody else's business.
Result<void> make_folders(const std::string& folder);
/// The same; gives errno, or 0.
int make_private_folders(const std::string& folder);
/// Makes the file when it is not there, and takes others' rights to it away.
void keep_private(const std::string& path);
/// Writes all bytes, however often the kernel takes only a part.
Result<void> write_whole(int file, std::string_view bytes, const std::string& path);
/// Makes renames and removals in a folder last through a power cut.
Result<void> sync_folder(const std::string& folder);

}  // namespace weir::state
