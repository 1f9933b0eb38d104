// SPDX-License-Identifier: Apache-2.0
#include "state/sqlite_views.h"

namespace weir::state {

Result<void> write_events(Database& database, std::span<const Event> events) {
  if (events.empty()) return {};
  auto statement =
      TRY(database.prepare("INSERT INTO events (run_id, time, level, name, fields) VALUES (?, ?, ?, ?, ?)"));
  for (const auto& event : events) {
    statement.bind(event.run_id).bind(event.time.micros).bind(event.level);
    TRY(statement.bind(event.name).bind(event.fields).run());
  }
  return {};
}

Result<void> SqliteEvents::append(std::span<const Event> events) {
  const std::lock_guard lock(connection_.mutex);
  auto& database = connection_.database;
  return database.transaction([&] { return write_events(database, events); });
}

Result<std::vector<Event>> SqliteEvents::read(const std::string& run_id) {
  const std::lock_guard lock(connection_.mutex);
  auto statement = TRY(connection_.database.prepare(
      "SELECT time, run_id, level, name, fields FROM events WHERE run_id = ? ORDER BY number"));
  statement.bind(run_id);
  std::vector<Event> events;
  while (TRY(statement.step())) {
    events.push_back(
        {{statement.number(0)}, statement.text(1), statement.text(2), statement.text(3), statement.text(4)});
  }
  return events;
}

}  // namespace weir::state
