// SPDX-License-Identifier: Apache-2.0
// What an error answer of Looker means, and what to do about it. Used by session.h. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "io/http_client.h"

namespace weir::looker {

/// The error that an answer stands for that is not the wished one. `host` names the instance.
Error api_error(const io::HttpResponse& response, const std::string& host, Timestamp now);
/// The same for an answer to a login, where a wrong secret is a 404.
Error login_error(const io::HttpResponse& response, const std::string& host, Timestamp now);

/// Why a body cannot be the answer of an API: it is a page for people, or a text of a proxy.
std::string describe_foreign(std::string_view body);

}  // namespace weir::looker
