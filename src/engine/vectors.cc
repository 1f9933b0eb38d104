// SPDX-License-Identifier: Apache-2.0
#include "engine/vectors.h"

#include <array>
#include <string_view>
#include <utility>

#include "engine/database.h"
#include "engine/library.h"

namespace weir::engine {
namespace {

// A batch's text is handed to the engine as it lies in memory.
static_assert(sizeof(model::Text) == sizeof(duckdb_string_t));
constexpr std::string_view kJsonAlias = "JSON";

duckdb_type type_id(model::Type type) {
  switch (type) {
    case model::Type::Boolean:
      return DUCKDB_TYPE_BOOLEAN;
    case model::Type::Integer:
      return DUCKDB_TYPE_BIGINT;
    case model::Type::Double:
      return DUCKDB_TYPE_DOUBLE;
    case model::Type::Text:
    case model::Type::Json:
      return DUCKDB_TYPE_VARCHAR;
    case model::Type::Blob:
      return DUCKDB_TYPE_BLOB;
    case model::Type::Timestamp:
      return DUCKDB_TYPE_TIMESTAMP;
    case model::Type::Date:
      return DUCKDB_TYPE_DATE;
  }
  return DUCKDB_TYPE_VARCHAR;
}

duckdb_logical_type make_type(model::Type type) {
  auto handle = duck().duckdb_create_logical_type(type_id(type));
  if (type == model::Type::Json) duck().duckdb_logical_type_set_alias(handle, kJsonAlias.data());
  return handle;
}

bool is_json(duckdb_logical_type type) {
  char* alias = duck().duckdb_logical_type_get_alias(type);
  const bool json = alias != nullptr && alias == kJsonAlias;
  if (alias != nullptr) duck().duckdb_free(alias);
  return json;
}

void copy_validity(const model::ColumnView& column, std::size_t first, std::size_t count,
                   duckdb_vector vector) {
  if (column.validity == nullptr) return;
  duck().duckdb_vector_ensure_validity_writable(vector);
  std::memcpy(duck().duckdb_vector_get_validity(vector), column.validity + first / 64, (count + 63) / 64 * 8);
}

bool is_text(model::Type type) {
  return type == model::Type::Text || type == model::Type::Json || type == model::Type::Blob;
}

}  // namespace

LogicalType::LogicalType(model::Type type) : handle_(make_type(type)) {}

LogicalType::~LogicalType() {
  if (handle_ != nullptr) duck().duckdb_destroy_logical_type(&handle_);
}

std::string_view sql_type(model::Type type) {
  switch (type) {
    case model::Type::Boolean:
      return "BOOLEAN";
    case model::Type::Integer:
      return "BIGINT";
    case model::Type::Double:
      return "DOUBLE";
    case model::Type::Text:
      return "VARCHAR";
    case model::Type::Json:
      return "JSON";
    case model::Type::Blob:
      return "BLOB";
    case model::Type::Timestamp:
      return "TIMESTAMP";
    case model::Type::Date:
      return "DATE";
  }
  return "VARCHAR";
}

ColumnMapping map_type(duckdb_logical_type type) {
  constexpr unsigned kDigitsOfDouble = 15;
  switch (duck().duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return {model::Type::Boolean, ""};
    case DUCKDB_TYPE_BIGINT:
      return {model::Type::Integer, ""};
    case DUCKDB_TYPE_DOUBLE:
      return {model::Type::Double, ""};
    case DUCKDB_TYPE_DATE:
      return {model::Type::Date, ""};
    case DUCKDB_TYPE_BLOB:
      return {model::Type::Blob, ""};
    // A zoned timestamp is stored as UTC microseconds, which is what the model wants.
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_TIMESTAMP:
      return {model::Type::Timestamp, ""};
    case DUCKDB_TYPE_VARCHAR:
      return {is_json(type) ? model::Type::Json : model::Type::Text, ""};
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      return {model::Type::Integer, "CAST({} AS BIGINT)"};
    case DUCKDB_TYPE_FLOAT:
      return {model::Type::Double, "CAST({} AS DOUBLE)"};
    case DUCKDB_TYPE_DECIMAL:
      if (duck().duckdb_decimal_width(type) <= kDigitsOfDouble)
        return {model::Type::Double, "CAST({} AS DOUBLE)"};
      return {model::Type::Text, "CAST({} AS VARCHAR)"};
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return {model::Type::Timestamp, "CAST({} AS TIMESTAMP)"};
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_UNION:
      return {model::Type::Json, "to_json({})"};
    default:
      return {model::Type::Text, "CAST({} AS VARCHAR)"};
  }
}

void fill_vector(const model::ColumnView& column, std::size_t first, std::size_t count,
                 duckdb_vector vector) {
  if (count == 0) return;  // there may be no memory behind a batch without rows
  const auto size = model::width(column.type);
  std::memcpy(duck().duckdb_vector_get_data(vector), static_cast<const char*>(column.data) + first * size,
              count * size);
  copy_validity(column, first, count, vector);
}

void fill_vector_owned(const model::ColumnView& column, std::size_t count, duckdb_vector vector) {
  fill_vector(column, 0, count, vector);
  if (!is_text(column.type)) return;
  for (std::size_t row = 0; row < count; ++row) {
    if (column.is_null(row)) continue;
    const auto text = column.text(row);
    if (text.size() <= model::Text::kInline) continue;
    duck().duckdb_vector_assign_string_element_len(vector, row, text.data(), text.size());
  }
}

model::ColumnView view_vector(model::Type type, duckdb_vector vector) {
  return {type, duck().duckdb_vector_get_data(vector), duck().duckdb_vector_get_validity(vector)};
}

Error engine_error(std::string message) {
  constexpr std::array<std::pair<std::string_view, ErrorCode>, 12> kKinds = {{
      {"INTERRUPT", ErrorCode::Cancelled},
      {"Out of Memory", ErrorCode::Exhausted},
      {"IO Error: Could not set lock", ErrorCode::Conflict},
      {"IO Error", ErrorCode::Unavailable},
      {"Permission Error", ErrorCode::PermissionDenied},
      {"Parser Error", ErrorCode::InvalidConfig},
      {"Binder Error", ErrorCode::InvalidConfig},
      {"Catalog Error", ErrorCode::InvalidConfig},
      {"Not implemented Error", ErrorCode::Unsupported},
      {"TransactionContext Error", ErrorCode::Conflict},
      {"INTERNAL Error", ErrorCode::Internal},
      {"FATAL Error", ErrorCode::Internal},
  }};
  if (message.find("No space left on device") != message.npos)
    return {ErrorCode::Exhausted, "the disk is full: " + message};
  for (const auto& [prefix, code] : kKinds) {
    if (message.starts_with(prefix)) return {code, std::move(message)};
  }
  return {ErrorCode::DataMismatch, std::move(message)};
}

}  // namespace weir::engine
