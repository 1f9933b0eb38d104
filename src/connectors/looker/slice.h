// SPDX-License-Identifier: Apache-2.0
// Which rows one question asks for: an answer that is cut or takes too long becomes several of them, which
// together give each row once. Used inside this folder only. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/looker/stream.h"
#include "model/partition.h"

namespace weir::looker {

struct Slice {
  enum class Kind {
    All,      ///< every row
    Window,   ///< rows of a time in the window
    Before,   ///< rows of a time before the window's end
    After,    ///< rows of a time at or behind the window's start
    NoTime,   ///< rows without a time
    FromKey,  ///< rows whose number is at least `number`
  } kind = Kind::All;
  model::Window window{};
  std::int64_t number = 0;

  bool operator==(const Slice&) const = default;
};

/// The questions for a partition of a stream, in order. None: no second lies in its window.
std::vector<Slice> slices_of(const Stream& stream, const model::Partition& partition);
/// The query that asks for a slice.
Query query_of(const Stream& stream, const Slice& slice);
/// The rest of a slice from a value of its key on, which is a time in microseconds or a number; nothing when
/// that would be the same question again.
std::optional<Slice> rest_of(const Slice& slice, const PagingKey& key, std::int64_t from);
/// Two slices of half its length, for an answer that takes too long; nothing below a minute.
std::optional<std::pair<Slice, Slice>> halves_of(const Slice& slice);

}  // namespace weir::looker
