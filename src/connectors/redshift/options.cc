// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/options.h"

namespace weir::redshift {
namespace {

const config::Spec<StagingOptions>& staging_spec() {
  static const auto spec =
      config::Spec<StagingOptions>("staging", "Where rows wait on S3 for COPY.")
          .field("connection", &StagingOptions::connection,
                 "Name of a connection of type s3. Its bucket must be readable by the cluster.")
          .required()
          .example("lake")
          .field("prefix", &StagingOptions::prefix,
                 "Beginning of the keys of staged objects. What lies below it belongs to weir.")
          .example("staging/weir");
  return spec;
}

}  // namespace

const config::Spec<RedshiftOptions>& redshift_spec() {
  static const auto spec = [] {
    auto made =
        config::Spec<RedshiftOptions>("redshift", "Tables of an Amazon Redshift cluster or workgroup.");
    postgres::add_connection_fields(made);
    made.field("iam_role", &RedshiftOptions::iam_role,
               "ARN of the role with which the cluster reads the staged objects, or `default` for the "
               "cluster's own. Without it the keys of the staging connection go into the COPY statement.")
        .example("arn:aws:iam::123456789012:role/RedshiftLoad");
    made.field("copy_region", &RedshiftOptions::copy_region,
               "Region of the staging bucket, when it is not the cluster's.")
        .example("ca-central-1");
    made.object("staging", &RedshiftOptions::staging, staging_spec(), "Where rows wait on S3 for COPY.")
        .required();
    return made;
  }();
  return spec;
}

const config::Spec<DestinationOptions>& destination_spec() {
  static const auto spec =
      config::Spec<DestinationOptions>("redshift", "Tables of the connection's schema.")
          .choice("long_text", &DestinationOptions::long_text,
                  {{"widen", LongText::Widen},
                   {"truncate", LongText::Truncate},
                   {"quarantine", LongText::Quarantine}},
                  "What becomes of text with more bytes than its VARCHAR column takes: widen makes the "
                  "column longer before the load, truncate cuts the text and counts it, quarantine sets "
                  "the row aside.")
          .choice("nul_text", &DestinationOptions::nul_text,
                  {{"quarantine", NulText::Quarantine}, {"strip", NulText::Strip}},
                  "What becomes of text with a NUL character, which Redshift cannot hold.")
          .choice("refused_rows", &DestinationOptions::refused_rows,
                  {{"quarantine", RefusedRows::Quarantine}, {"fail", RefusedRows::Fail}},
                  "What becomes of rows that Redshift refuses although nothing is wrong with them that weir "
                  "knows of: quarantine sets them aside and loads the others, within max_bad_rows; fail "
                  "names them where they are staged.")
          .choice("compression", &DestinationOptions::compression,
                  {{"gzip", StagedCompression::Gzip}, {"none", StagedCompression::None}},
                  "How staged objects are compressed.")
          .field("part_size", &DestinationOptions::part_size,
                 "Size of a staged object before compression. Parts are uploaded and loaded side by side.")
          .example("64 MiB")
          .field("uploads", &DestinationOptions::uploads, "Parts that are uploaded at the same time.")
          .range(1, 32)
          .field("keep_staged", &DestinationOptions::keep_staged,
                 "Whether staged objects stay after the load, as a copy of what was loaded.")
          .field(
              "batch", &DestinationOptions::batch,
              "Key of the objects that stay, with the placeholders {{ pipeline }}, {{ table }} and those of "
              "the partition. A second part of a table gets .2 before the key's extension, and so on.")
          .example("processed/batch/{{ partition.key }}/{{ table }}.txt")
          .field("batch_names", &DestinationOptions::batch_names,
                 "What {{ table }} in batch is for tables that are to have another name there.")
          .example("{user_group: analytics_user_group}");
  return spec;
}

}  // namespace weir::redshift
