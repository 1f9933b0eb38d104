// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "transforms/compilation.h"

namespace weir::transforms {
namespace {

Result<FunctionPointer> hmac(Compilation& compilation, const Mask& verb) {
  FunctionPointer none;
  if (verb.key.empty()) {
    compilation.problem("hmac needs a `key`, as in key: env:MASK_KEY");
    return none;
  }
  if (!compilation.context().resolve_secret) {
    return fail(ErrorCode::Internal, "nothing can fetch the key {} here", verb.key.to_string());
  }
  auto key = compilation.context().resolve_secret(verb.key);
  if (!key.ok() || key->empty()) {
    compilation.problem(key.ok() ? fmt::format("the key {} is empty", verb.key.to_string())
                                 : key.error().to_string());
    return none;
  }
  return hmac_function(function_name("mask_hmac", verb.column, verb.key.to_string()), *std::move(key));
}

Result<FunctionPointer> function_of(Compilation& compilation, const Mask& verb) {
  switch (verb.method) {
    case MaskMethod::Hmac:
      return hmac(compilation, verb);
    case MaskMethod::KeepDomain:
      return keep_domain_function();
    default:
      break;
  }
  const auto name = fmt::format("truncate_address_{}_{}", verb.ipv4_bits, verb.ipv6_bits);
  return truncate_address_function(name, static_cast<int>(verb.ipv4_bits), static_cast<int>(verb.ipv6_bits));
}

}  // namespace

Result<void> add_step(Compilation& compilation, const Mask& verb) {
  const auto column = compilation.require(verb.column);
  if (!column) return {};
  const auto value = sql_identifier(verb.column);
  std::string masked;
  if (verb.method == MaskMethod::Redact) {
    masked = fmt::format("CASE WHEN {} IS NOT NULL THEN {} END", value, sql_literal(verb.text));
  } else {
    const auto function = TRY(function_of(compilation, verb));
    if (function == nullptr) return {};
    TRY(compilation.use(function));
    masked = fmt::format("{}(CAST({} AS VARCHAR))", function->name(), value);
  }
  auto columns = compilation.columns();
  columns.columns[*columns.find(verb.column)].type = model::Type::Text;
  StarSelect select;
  select.replace(verb.column, masked);
  const auto sql = select.from(compilation.chain().relation());
  const auto kept = select.kept(compilation.columns());
  compilation.chain().add(compilation.title(verb.column), sql, std::move(columns), kept);
  return {};
}

}  // namespace weir::transforms
