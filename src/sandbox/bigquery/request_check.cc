// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/request_check.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

// What each resource may hold: a name, a colon and a type. Types: s text, i a whole number or the
// text of one (which answers carry as text), n a small one (as number), b a truth, t a text that may
// come as a number, m an object with any members, [] a list of, {} members of any name, Name another
// resource, and x for what the API has and the stand-in has not.
constexpr std::string_view kResources = R"(
TableReference projectId:s datasetId:s tableId:s;
DatasetReference projectId:s datasetId:s;
JobReference projectId:s jobId:s location:s;
FieldSchema name:s type:s mode:s description:s fields:[]FieldSchema maxLength:i precision:i scale:i
  defaultValueExpression:s policyTags:m collation:s roundingMode:s timestampPrecision:i categories:m
  rangeElementType:x generatedColumn:x dataPolicies:x dataPolicyList:x dataGovernanceTagsInfo:x
  foreignTypeDefinition:x;
Schema fields:[]FieldSchema foreignTypeInfo:x;
TimePartitioning type:s field:s expirationMs:i requirePartitionFilter:b;
Range start:i end:i interval:i;
RangePartitioning field:s range:Range;
Clustering fields:[]s;
TableProperties expirationTime:s friendlyName:s description:s labels:m;
ParquetOptions enableListInference:b enumAsString:b mapTargetType:s;
ConnectionProperty key:s value:s;
StructType name:s type:ParameterType description:s;
ParameterType type:s arrayType:ParameterType structTypes:[]StructType rangeElementType:x
  timestampPrecision:i;
Parameter name:s parameterType:ParameterType parameterValue:Value;
Value value:t arrayValues:[]Value structValues:{}Value rangeValue:x;
Load sourceUris:[]s destinationTable:TableReference schema:Schema sourceFormat:s createDisposition:s
  writeDisposition:s schemaUpdateOptions:[]s autodetect:b maxBadRecords:n ignoreUnknownValues:b
  skipLeadingRows:n fieldDelimiter:s quote:s allowQuotedNewlines:b allowJaggedRows:b nullMarker:s
  encoding:s timePartitioning:TimePartitioning rangePartitioning:RangePartitioning clustering:Clustering
  destinationTableProperties:TableProperties parquetOptions:ParquetOptions useAvroLogicalTypes:b
  connectionProperties:[]ConnectionProperty nullMarkers:x sourceColumnMatch:x columnNameCharacterMap:x
  dateFormat:x datetimeFormat:x timeFormat:x timestampFormat:x timeZone:x decimalTargetTypes:[]s
  hivePartitioningOptions:x jsonExtension:x referenceFileSchemaUri:x fileSetSpecType:x
  destinationEncryptionConfiguration:x preserveAsciiControlCharacters:x projectionFields:x
  schemaInline:x schemaInlineFormat:x createSession:x copyFilesOnly:x timestampTargetPrecision:x;
Query query:s useLegacySql:b destinationTable:TableReference createDisposition:s writeDisposition:s
  schemaUpdateOptions:[]s parameterMode:s queryParameters:[]Parameter priority:s
  defaultDataset:DatasetReference maximumBytesBilled:i useQueryCache:b allowLargeResults:b
  flattenResults:b maximumBillingTier:n timePartitioning:TimePartitioning
  rangePartitioning:RangePartitioning clustering:Clustering connectionProperties:[]ConnectionProperty
  scriptOptions:m preserveNulls:b continuous:x createSession:x tableDefinitions:x
  userDefinedFunctionResources:x destinationEncryptionConfiguration:x systemVariables:x
  writeIncrementalResults:x;
Copy sourceTable:TableReference sourceTables:[]TableReference destinationTable:TableReference
  createDisposition:s writeDisposition:s operationType:s destinationExpirationTime:x
  destinationEncryptionConfiguration:x;
Extract sourceTable:TableReference destinationUri:s destinationUris:[]s destinationFormat:s
  compression:s fieldDelimiter:s printHeader:b useAvroLogicalTypes:b sourceModel:x
  modelExtractOptions:x;
Configuration jobType:s load:Load query:Query copy:Copy extract:Extract dryRun:b jobTimeoutMs:i labels:m
  reservation:s maxSlots:n;
Job kind:s etag:s id:s selfLink:s user_email:s jobReference:JobReference configuration:Configuration
  status:m statistics:m jobCreationReason:m principal_subject:s;
Dataset kind:s etag:s id:s selfLink:s datasetReference:DatasetReference location:s description:s
  friendlyName:s labels:m access:[]m defaultTableExpirationMs:i defaultPartitionExpirationMs:i
  creationTime:i lastModifiedTime:i type:s isCaseInsensitive:b defaultCollation:s defaultRoundingMode:s
  maxTimeTravelHours:i storageBillingModel:s tags:[]m resourceTags:m satisfiesPzs:b satisfiesPzi:b
  restrictions:m defaultEncryptionConfiguration:x externalDatasetReference:x linkedDatasetSource:x
  externalCatalogDatasetOptions:x linkedDatasetMetadata:x catalogSource:x;
Table kind:s etag:s id:s selfLink:s tableReference:TableReference schema:Schema description:s
  friendlyName:s labels:m timePartitioning:TimePartitioning rangePartitioning:RangePartitioning
  clustering:Clustering expirationTime:i requirePartitionFilter:b numBytes:i numRows:i
  numLongTermBytes:i numPhysicalBytes:i numActiveLogicalBytes:i numActivePhysicalBytes:i
  numLongTermLogicalBytes:i numLongTermPhysicalBytes:i numTotalLogicalBytes:i numTotalPhysicalBytes:i
  numTimeTravelPhysicalBytes:i numCurrentPhysicalBytes:i numPartitions:i creationTime:i
  lastModifiedTime:i location:s type:s streamingBuffer:m defaultCollation:s defaultRoundingMode:s
  tableConstraints:m resourceTags:m maxStaleness:s restrictions:m managedTableType:s view:x
  materializedView:x externalDataConfiguration:x model:x snapshotDefinition:x cloneDefinition:x
  encryptionConfiguration:x biglakeConfiguration:x partitionDefinition:x tableReplicationInfo:x
  externalCatalogTableOptions:x replicas:x materializedViewStatus:x;
FormatOptions useInt64Timestamp:b timestampOutputFormat:s;
QueryRequest kind:s query:s useLegacySql:b location:s maxResults:n timeoutMs:n dryRun:b requestId:s
  parameterMode:s queryParameters:[]Parameter defaultDataset:DatasetReference maximumBytesBilled:i
  labels:m formatOptions:FormatOptions jobCreationMode:s useQueryCache:b
  connectionProperties:[]ConnectionProperty jobTimeoutMs:i preserveNulls:b reservation:s maxSlots:n
  createSession:x continuous:x destinationEncryptionConfiguration:x writeIncrementalResults:x;
)";

using Members = std::map<std::string, std::string>;

const std::map<std::string, Members>& resources() {
  static const std::map<std::string, Members> parsed = [] {
    std::map<std::string, Members> all;
    for (const std::string& text : split(kResources, ';')) {
      std::istringstream words(text);
      std::string word;
      if (!(words >> word)) continue;
      Members& members = all[word];
      while (words >> word) {
        const std::size_t colon = word.find(':');
        members[word.substr(0, colon)] = word.substr(colon + 1);
      }
    }
    return all;
  }();
  return parsed;
}

[[noreturn]] void bad_value(const std::string& path, const std::string& type, const Json& value) {
  throw Refusal{"badRequest",
                "Invalid value at '" + path + "' (" + type + "), " + google::dump_json(value).substr(0, 100)};
}

bool is_integer(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_string()) return false;
  const std::string text = value.get<std::string>();
  const std::size_t start = text.rfind('-', 0) == 0 ? 1 : 0;
  return text.size() > start && text.find_first_not_of("0123456789", start) == std::string::npos;
}

bool is_truth(const Json& value) { return value.is_boolean() || value == "true" || value == "false"; }

void check(const std::string& resource, Json& value, const std::string& path);

/// Of one of the types that are a single letter; gives the value the type that answers have.
void check_single(char type, Json& value, const std::string& path) {
  switch (type) {
    case 'x':
      throw Refusal{"notImplemented", "weir-sandbox does not serve " + path};
    case 's':
      if (!value.is_string()) bad_value(path, "TYPE_STRING", value);
      return;
    case 't':
      if (value.is_object() || value.is_array()) bad_value(path, "TYPE_STRING", value);
      if (!value.is_string()) value = google::dump_json(value);
      return;
    case 'i':
      if (!is_integer(value)) bad_value(path, "TYPE_INT64", value);
      if (!value.is_string()) value = google::dump_json(value);
      return;
    case 'n':
      if (!is_integer(value)) bad_value(path, "TYPE_INT32", value);
      if (value.is_string()) value = google::parse_json(value.get<std::string>());
      return;
    case 'b':
      if (!is_truth(value)) bad_value(path, "TYPE_BOOL", value);
      if (value.is_string()) value = value == "true";
      return;
    default:
      if (!value.is_object()) bad_value(path, "TYPE_MESSAGE", value);
  }
}

void check_value(const std::string& type, Json& value, const std::string& path) {
  if (value.is_null()) return;
  if (type.size() == 1) return check_single(type.front(), value, path);
  if (type.rfind("[]", 0) == 0) {
    if (!value.is_array()) bad_value(path, "TYPE_ARRAY", value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      check_value(type.substr(2), value[i], path + "[" + std::to_string(i) + "]");
    }
  } else if (type.rfind("{}", 0) == 0) {
    if (!value.is_object()) bad_value(path, "TYPE_MESSAGE", value);
    for (const auto& [name, member] : value.items()) check_value(type.substr(2), member, path + "." + name);
  } else {
    check(type, value, path);
  }
}

void check(const std::string& resource, Json& value, const std::string& path) {
  if (!value.is_object()) bad_value(path, "TYPE_MESSAGE", value);
  const Members& members = resources().at(resource);
  for (const auto& [name, member] : value.items()) {
    const auto known = members.find(name);
    if (known == members.end()) {
      throw Refusal{"badRequest", "Invalid JSON payload received. Unknown name \"" + name + "\" at '" + path +
                                      "': Cannot find field."};
    }
    check_value(known->second, member, path + "." + name);
  }
}

void check_choice(const Json& settings, const char* key, const std::vector<std::string>& choices,
                  const std::vector<std::string>& unserved = {}) {
  const std::string value = google::text_of(settings, key);
  if (value.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  if (std::find(unserved.begin(), unserved.end(), value) != unserved.end()) {
    throw Refusal{"notImplemented", std::string("weir-sandbox does not serve ") + key + " " + value};
  }
  throw Refusal{"invalid", std::string("Invalid value for ") + key + ": " + value + " is not a valid value",
                key};
}

void require(const Json& settings, const char* key) {
  if (google::member_of(settings, key).is_null())
    throw Refusal{"invalid", std::string("Required parameter is missing: ") + key, key};
}

void check_dispositions(const Json& settings) {
  check_choice(settings, "writeDisposition",
               {"WRITE_APPEND", "WRITE_TRUNCATE", "WRITE_TRUNCATE_DATA", "WRITE_EMPTY"});
  check_choice(settings, "createDisposition", {"CREATE_IF_NEEDED", "CREATE_NEVER"});
  for (const Json& option : google::member_of(settings, "schemaUpdateOptions")) {
    check_choice({{"schemaUpdateOptions", option}}, "schemaUpdateOptions",
                 {"ALLOW_FIELD_ADDITION", "ALLOW_FIELD_RELAXATION"});
  }
}

void check_load(const Json& load) {
  require(load, "destinationTable");
  check_dispositions(load);
  check_choice(load, "sourceFormat", {"CSV", "NEWLINE_DELIMITED_JSON", "PARQUET"},
               {"AVRO", "ORC", "DATASTORE_BACKUP"});
  check_choice(load, "encoding", {"UTF-8"}, {"ISO-8859-1", "UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"});
}

void check_query(const Json& query) {
  require(query, "query");
  check_dispositions(query);
  // In any case of its letters: Google's own client writes it small.
  check_choice({{"parameterMode", lower(google::text_of(query, "parameterMode"))}}, "parameterMode",
               {"named", "positional"});
  check_choice(query, "priority", {"INTERACTIVE", "BATCH"});
  const Json& legacy = google::member_of(query, "useLegacySql");
  if (legacy.is_null() || legacy == true || legacy == "true") {
    throw Refusal{"invalid",
                  "weir-sandbox serves GoogleSQL only: send useLegacySql false, whose default is true",
                  "useLegacySql"};
  }
  const Json& parameters = google::member_of(query, "queryParameters");
  if (parameters.is_array() && !parameters.empty() && google::text_of(query, "parameterMode").empty()) {
    throw Refusal{"invalid", "Query parameters were given without parameterMode", "parameterMode"};
  }
}

}  // namespace

void check_job(Json& job) {
  check("Job", job, "job");
  const Json& configuration = google::member_of(job, "configuration");
  int kinds = 0;
  for (const char* kind : {"load", "query", "copy", "extract"})
    kinds += configuration.is_object() && configuration.contains(kind) ? 1 : 0;
  if (kinds != 1)
    throw Refusal{"invalid",
                  "Job configuration must contain exactly one job-specific configuration object (e.g., "
                  "query, load, extract, copy)"};
  if (configuration.contains("load")) check_load(configuration["load"]);
  if (configuration.contains("query")) check_query(configuration["query"]);
  if (configuration.contains("copy")) {
    require(configuration["copy"], "destinationTable");
    check_dispositions(configuration["copy"]);
    check_choice(configuration["copy"], "operationType", {"COPY", "OPERATION_TYPE_UNSPECIFIED"},
                 {"SNAPSHOT", "CLONE", "RESTORE"});
  }
  if (configuration.contains("extract")) {
    require(configuration["extract"], "sourceTable");
    check_choice(configuration["extract"], "destinationFormat", {"CSV", "NEWLINE_DELIMITED_JSON", "PARQUET"},
                 {"AVRO"});
    check_choice(configuration["extract"], "compression", {"NONE", "GZIP", "SNAPPY", "ZSTD"}, {"DEFLATE"});
  }
}

void check_dataset(Json& dataset) { check("Dataset", dataset, "dataset"); }

void check_table(Json& table) {
  check("Table", table, "table");
  const std::string type = google::text_of(table, "type");
  if (!type.empty() && type != "TABLE")
    throw Refusal{"notImplemented", "weir-sandbox serves tables only, not " + type};
  const Json& partitioning = google::member_of(table, "timePartitioning");
  if (partitioning.is_object()) {
    require(partitioning, "type");
    check_choice(partitioning, "type", {"DAY", "HOUR", "MONTH", "YEAR"});
  }
  const Json& clustering = google::member_of(google::member_of(table, "clustering"), "fields");
  if (clustering.is_array() && clustering.size() > 4)
    throw Refusal{"invalid", "Too many clustering fields: at most 4 are allowed", "clustering"};
}

void check_query_request(Json& request) {
  check("QueryRequest", request, "query_request");
  check_query(request);
}

}  // namespace weir::sandbox::bigquery
