// SPDX-License-Identifier: Apache-2.0
// The connectors `s3` and `gcs`: the files of a bucket.
#include "connectors/files/connector.h"
#include "connectors/files/destination.h"
#include "connectors/files/source.h"
#include "connectors/files/source_reading.h"
#include "protocols/aws/s3_object_store.h"
#include "protocols/google/gcs_options.h"

namespace weir::files {
namespace {

using OpenBucket = Result<std::unique_ptr<io::ObjectStore>> (*)(const sdk::ConnectorContext&,
                                                                const config::Node&, config::Diagnostics&);

/// What tells one kind of bucket from another. The bucket is null after a problem was noted.
struct BucketKind {
  const config::Description& (*connection)();
  OpenBucket open;
  std::string name;
  std::string summary;
  std::string writing;  ///< the summary of the destination
};

Result<std::unique_ptr<io::ObjectStore>> open_s3(const sdk::ConnectorContext& context,
                                                 const config::Node& node, config::Diagnostics& diagnostics) {
  const auto errors = diagnostics.error_count();
  const auto options = aws::s3_spec().read(node, diagnostics);
  if (diagnostics.error_count() != errors) return std::unique_ptr<io::ObjectStore>();
  auto* http = TRY(context.http());
  const aws::World world{context.environment, context.clock, context.sleeper, *http};
  return std::unique_ptr<io::ObjectStore>(TRY(aws::S3ObjectStore::open(options, world)));
}

Result<std::unique_ptr<io::ObjectStore>> open_gcs(const sdk::ConnectorContext& context,
                                                  const config::Node& node,
                                                  config::Diagnostics& diagnostics) {
  const auto errors = diagnostics.error_count();
  const auto options = google::gcs_spec().read(node, diagnostics);
  if (diagnostics.error_count() != errors) return std::unique_ptr<io::ObjectStore>();
  auto* http = TRY(context.http());
  return google::open_bucket(options, context.environment, {*http, context.clock, context.sleeper},
                             diagnostics);
}

class BucketConnector final : public sdk::Connector {
 public:
  explicit BucketConnector(BucketKind kind)
      : kind_(std::move(kind)),
        spec_(source_spec(kind_.name, kind_.summary)),
        write_spec_(destination_spec(kind_.name, kind_.writing,
                                     "What every key starts with, as a path without a slash before it; the "
                                     "ledger lies there, too.")) {}

  const config::Description& connection() const override { return kind_.connection(); }
  const config::Description* source() const override { return &spec_.description(); }
  const config::Description* source_table() const override { return &source_table_spec().description(); }
  const config::Description* destination() const override { return &write_spec_.description(); }

  Result<std::unique_ptr<sdk::Source>> make_source(const sdk::ConnectorContext& context,
                                                   const sdk::ConnectorNodes& nodes,
                                                   config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto options = read_source(spec_, nodes, diagnostics);
    auto store = TRY(kind_.open(context, nodes.connection, diagnostics));
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Source>();
    return files::make_source(options.source, options.tables, make_bucket_place(std::move(store)));
  }

  Result<std::unique_ptr<sdk::Destination>> make_destination(
      const sdk::ConnectorContext& context, const sdk::ConnectorNodes& nodes,
      config::Diagnostics& diagnostics) const override {
    const auto errors = diagnostics.error_count();
    const auto options = write_spec_.read(nodes.options, diagnostics);
    auto store = TRY(kind_.open(context, nodes.connection, diagnostics));
    if (diagnostics.error_count() != errors) return std::unique_ptr<sdk::Destination>();
    return make_bucket_destination(options, std::move(store));
  }

 private:
  BucketKind kind_;
  config::Spec<FilesSourceOptions> spec_;
  config::Spec<FilesDestinationOptions> write_spec_;
};

}  // namespace

const sdk::Connector& s3_connector() {
  static const BucketConnector connector(
      {[]() -> const config::Description& { return aws::s3_spec().description(); }, open_s3, "s3",
       "Reads objects of a bucket of Amazon S3, or of another store that speaks its language.",
       "Writes tables as CSV, JSON lines or Parquet objects into a bucket."});
  return connector;
}

const sdk::Connector& gcs_connector() {
  static const BucketConnector connector(
      {[]() -> const config::Description& { return google::gcs_spec().description(); }, open_gcs, "gcs",
       "Reads objects of a bucket of Google Cloud Storage.",
       "Writes tables as CSV, JSON lines or Parquet objects into a bucket."});
  return connector;
}

}  // namespace weir::files
