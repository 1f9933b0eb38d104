// SPDX-License-Identifier: Apache-2.0
// The options of each verb and check with their documentation. Used by reading.cc only.
#pragma once

#include "config/spec.h"
#include "transforms/transform.h"

namespace weir::transforms {

const config::Spec<Select>& select_spec();
const config::Spec<Drop>& drop_spec();
const config::Spec<Rename>& rename_spec();
const config::Spec<SnakeCase>& snake_case_spec();
const config::Spec<Cast>& cast_spec();
const config::Spec<Unpack>& unpack_spec();
const config::Spec<ParseUrl>& parse_url_spec();
const config::Spec<Filter>& filter_spec();
const config::Spec<Deduplicate>& deduplicate_spec();
const config::Spec<Mask>& mask_spec();
const config::Spec<Sql>& sql_spec();
const config::Spec<Add>& add_spec();

const config::Spec<NotNull>& not_null_spec();
const config::Spec<AcceptedValues>& accepted_values_spec();
const config::Spec<Expression>& expression_spec();

}  // namespace weir::transforms
