// SPDX-License-Identifier: Apache-2.0
// Writers: rows in the result formats of the API. Used by the answers. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/looker/queries/plan.h"

namespace weir::sandbox::looker {

enum class Formatting { Off, On };  ///< On: numbers become texts for people

class Writer {
 public:
  virtual ~Writer() = default;
  virtual std::string content_type() const = 0;
  virtual void begin(std::string& out) = 0;
  virtual void row(std::span<const Value> cells, std::string& out) = 0;
  /// An error that the database had on the way; only end() comes after it.
  virtual void error(std::string_view message, std::string& out) = 0;
  virtual void end(std::string& out) = 0;
  /// The whole answer of a query that failed at once.
  virtual void failure(std::string_view message, std::string& out) {
    begin(out);
    error(message, out);
    end(out);
  }
};

/// Null when the sandbox has no such format. Served: json, json_label, json_bi, json_detail, csv, txt.
std::unique_ptr<Writer> make_writer(std::string_view format, SharedPlan plan, Formatting formatting);

/// What the database would be asked, for the format sql. For people: nothing runs it.
std::string sql_of(const Plan& plan, const Explore& explore);

/// What clients may know of a field, as explores and results tell it.
nlohmann::json field_json(const Field& field, const View& view);

}  // namespace weir::sandbox::looker
