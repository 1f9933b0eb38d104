// SPDX-License-Identifier: Apache-2.0
// Answers with rows: made while they are sent, packed when the client takes it. Used by the service and
// its tasks. Pure but for the ticket.
#pragma once

#include "sandbox/http/faults.h"
#include "sandbox/http/http.h"
#include "sandbox/looker/queries/scan.h"
#include "sandbox/looker/queries/writer.h"

namespace weir::sandbox::looker {

enum class Packing { None, Gzip };

struct RowAnswer {
  SharedPlan plan;
  std::unique_ptr<Writer> writer;
  Packing packing = Packing::None;
  std::optional<Fault> fault{};    ///< an error row, if it is one
  std::shared_ptr<void> ticket{};  ///< let go when the last byte is made, or the client has gone
};

Answer stream_rows(RowAnswer rows);
/// All of it as text.
std::string all_rows(RowAnswer rows);

/// What an error row says that a test ordered; nothing when it ordered another fault.
std::optional<std::string> ordered_error(const Fault* fault);

}  // namespace weir::sandbox::looker
