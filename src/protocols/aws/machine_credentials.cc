// SPDX-License-Identifier: Apache-2.0
// Credentials that the machine or the container has by itself.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "config/secret_reference.h"
#include "io/retrying_http_client.h"
#include "protocols/aws/credential_answers.h"
#include "protocols/aws/credential_sources.h"
#include "protocols/aws/settings.h"

namespace weir::aws {
namespace {

/// A machine without the service does not answer at all, and nobody wants to wait for that.
constexpr std::chrono::seconds kTimeout = std::chrono::seconds(2);

io::HttpRequest local_request(std::string method, std::string url) {
  io::HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.timeout = kTimeout;
  request.proxy = io::ProxyUse::Never;
  return request;
}

Result<std::string> text_of(io::HttpClient& http, const io::HttpRequest& request, const World& world) {
  auto answer = TRY(http.send(request));
  if (answer.status == 200) return std::move(answer.body);
  return Failure(io::status_error(answer, io::host_of(request.url), world.clock.now()));
}

std::string metadata_endpoint(const World& world) {
  return variable(world.environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
}

/// One session with the metadata service; its token is a secret.
class InstanceMetadata {
 public:
  static Result<InstanceMetadata> open(const World& world) {
    InstanceMetadata metadata(world);
    io::HttpRequest request = local_request("PUT", metadata.endpoint_ + "/latest/api/token");
    request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    metadata.token_ = Secret(TRY(text_of(world.http, request, world)));
    return metadata;
  }

  Result<std::string> get(const std::string& path) const {
    io::HttpRequest request = local_request("GET", endpoint_ + "/latest/meta-data/" + path);
    request.headers = {{"X-aws-ec2-metadata-token", token_.reveal()}};
    io::RetryingHttpClient http(world_.http, {}, world_.clock, world_.sleeper);
    return text_of(http, request, world_);
  }

 private:
  explicit InstanceMetadata(const World& world) : world_(world), endpoint_(metadata_endpoint(world)) {
    while (endpoint_.ends_with('/')) endpoint_.pop_back();
  }

  World world_;
  std::string endpoint_;
  Secret token_;
};

/// Credentials in the clear go to the container's own agent only.
bool is_allowed(const std::string& url) {
  if (url.starts_with("https://")) return true;
  if (!url.starts_with("http://")) return false;
  std::string host = io::host_of(url);
  if (host.starts_with('[')) return host.starts_with("[::1]") || host.starts_with("[fd00:ec2::23]");
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host.starts_with("127.") || host == "169.254.170.2" ||
         host == "169.254.170.23";
}

Result<std::string> container_url(const io::Environment& environment) {
  if (const auto path = variable(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    return "http://169.254.170.2" + *path;
  }
  std::string url = variable(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
  if (is_allowed(url)) return url;
  return fail(ErrorCode::InvalidConfig,
              "AWS_CONTAINER_CREDENTIALS_FULL_URI names the host {}: plain http is taken from this machine, "
              "169.254.170.2 and 169.254.170.23 only; use https",
              io::host_of(url));
}

Result<std::string> container_authorization(const io::Environment& environment) {
  const auto path = variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!path) return variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  std::ifstream file(*path, std::ios::binary);
  std::ostringstream token;
  token << file.rdbuf();
  if (file) return std::string(trim(token.str()));
  return fail(ErrorCode::InvalidConfig,
              "the token file {} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) cannot be read", *path);
}

}  // namespace

Result<Credentials> ContainerCredentials::fetch() {
  io::HttpRequest request = local_request("GET", TRY(container_url(world_.environment)));
  const std::string authorization = TRY(container_authorization(world_.environment));
  if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
  io::RetryingHttpClient http(world_.http, {}, world_.clock, world_.sleeper);
  return read_credentials_json(TRY(text_of(http, request, world_)));
}

Result<Credentials> InstanceCredentials::fetch() {
  const auto metadata = InstanceMetadata::open(world_);
  if (!metadata.ok()) {
    return fail(ErrorCode::Unauthenticated,
                "no AWS credentials are configured, and this machine has none of its own ({}): set "
                "access_key_id and secret_access_key, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a "
                "profile in ~/.aws/credentials",
                metadata.error().message());
  }
  const std::string folder = "iam/security-credentials/";
  const std::string roles = TRY(metadata->get(folder));
  const std::string role(trim(roles.substr(0, roles.find('\n'))));
  if (role.empty()) return fail(ErrorCode::PermissionDenied, "this instance has no role: attach one to it");
  return read_credentials_json(TRY(metadata->get(folder + role)));
}

Result<std::string> instance_region(const World& world) {
  const InstanceMetadata metadata = TRY(InstanceMetadata::open(world));
  return std::string(trim(TRY(metadata.get("placement/region"))));
}

Result<Credentials> ProcessCredentials::fetch() {
  config::Diagnostics unused;  // only references to files give warnings
  const config::SecretReference command{config::SecretPlace::Command, command_, {}};
  const Secret output = TRY(config::resolve(command, world_.environment, unused));
  return read_credentials_json(output.reveal());
}

}  // namespace weir::aws
