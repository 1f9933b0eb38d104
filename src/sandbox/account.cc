// SPDX-License-Identifier: Apache-2.0
#include "sandbox/account.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fstream>
#include <random>
#include <sstream>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox {
namespace {

using Json = nlohmann::json;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLongestClaim = 3600;
constexpr std::int64_t kClockSkew = 300;
constexpr int kKeyBits = 2048;
constexpr const char* kEmail = "weir@sandbox.iam.gserviceaccount.com";
constexpr const char* kKeyId = "sandbox-key-1";

std::string pem_of(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

PrivateKey read_pem(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  return {PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool verifies(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto bytes = [](std::string_view view) {
    return reinterpret_cast<const unsigned char*>(view.data());
  };
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
}

Result<Json> decoded(const std::string& part) {
  const auto text = google::from_base64_url(part);
  Json json = google::parse_json(text.value_or(""));
  if (!json.is_object()) return fail(ErrorCode::PermissionDenied, "Invalid JWT: a part is no JSON.");
  return json;
}

Result<void> check_times(const Json& claims, std::int64_t now) {
  const auto issued = google::number_of(claims, "iat");
  const auto expires = google::number_of(claims, "exp");
  if (!issued || !expires) return fail(ErrorCode::PermissionDenied, "Invalid JWT: iat and exp are required.");
  const auto from = static_cast<std::int64_t>(*issued);
  const auto until = static_cast<std::int64_t>(*expires);
  if (until - from <= kLongestClaim && until > now && from <= now + kClockSkew) return {};
  return fail(
      ErrorCode::PermissionDenied,
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check "
      "your iat and exp values in the JWT claim.");
}

}  // namespace

struct Account::Key {
  PrivateKey key;
};

Account::Account(std::string key_file, std::int64_t token_seconds, const io::Clock& clock)
    : key_file_(std::move(key_file)), token_seconds_(token_seconds), clock_(clock) {}

Account::~Account() = default;

Result<const Account::Key*> Account::key() {
  const std::lock_guard lock(mutex_);
  if (key_ != nullptr) return key_.get();
  PrivateKey made = key_file_.empty() ? PrivateKey(nullptr, EVP_PKEY_free) : read_pem(read_text(key_file_));
  if (made == nullptr) {
    made.reset(EVP_RSA_gen(kKeyBits));
    if (made == nullptr) return fail(ErrorCode::Internal, "OpenSSL cannot make a key");
    if (!key_file_.empty() && !(std::ofstream(key_file_, std::ios::binary) << pem_of(made.get()))) {
      return fail(ErrorCode::InvalidConfig, "the key cannot be written to {}", key_file_);
    }
  }
  key_ = std::make_unique<Key>(Key{std::move(made)});
  return key_.get();
}

Result<std::string> Account::service_account_file(const std::string& base_url) {
  const Key* key = TRY(this->key());
  const Json file = {{"type", "service_account"},
                     {"project_id", "sandbox"},
                     {"private_key_id", kKeyId},
                     {"private_key", pem_of(key->key.get())},
                     {"client_email", kEmail},
                     {"client_id", "100000000000000000001"},
                     {"auth_uri", base_url + "/auth"},
                     {"token_uri", base_url + "/token"},
                     {"universe_domain", "googleapis.com"}};
  return file.dump(2) + "\n";
}

Result<void> Account::check_claim(const std::string& claim, const std::string& token_uri) {
  const std::vector<std::string> parts = split(claim, '.');
  if (parts.size() != 3) return fail(ErrorCode::PermissionDenied, "Invalid JWT: three parts are expected.");
  const Json header = TRY(decoded(parts[0]));
  const Json claims = TRY(decoded(parts[1]));
  if (google::text_of(header, "alg") != "RS256" || google::text_of(claims, "iss") != kEmail) {
    return fail(ErrorCode::PermissionDenied, "Invalid grant: account not found");
  }
  const Key* key = TRY(this->key());
  const auto signature = google::from_base64_url(parts[2]);
  if (!signature || !verifies(key->key.get(), parts[0] + "." + parts[1], *signature)) {
    return fail(ErrorCode::PermissionDenied, "Invalid JWT Signature.");
  }
  if (google::text_of(claims, "aud") != token_uri) {
    return fail(ErrorCode::PermissionDenied, "Invalid JWT: Failed audience check.");
  }
  if (google::text_of(claims, "scope").empty()) {
    return fail(ErrorCode::PermissionDenied, "Invalid OAuth scope or ID token audience provided.");
  }
  return check_times(claims, clock_.now().micros / kSecond);
}

std::string Account::issue_token(Rights rights) {
  std::random_device device;
  std::string token = "ya29.sandbox-";
  for (int i = 0; i < 4; ++i) token += fmt::format("{:08x}", device());
  const std::lock_guard lock(mutex_);
  tokens_[token] = {{clock_.now().micros + token_seconds_ * kSecond}, rights};
  return token;
}

std::optional<Rights> Account::rights_of(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  const bool is_good = found != tokens_.end() && clock_.now() < found->second.expires;
  return is_good ? std::optional(found->second.rights) : std::nullopt;
}

}  // namespace weir::sandbox
