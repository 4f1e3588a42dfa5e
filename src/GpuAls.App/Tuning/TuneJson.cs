using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>JSON of a search, with the words of the command line for choices.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n",
    Converters = [typeof(MetricValueJson), typeof(JsonStringEnumConverter<FailureKind>)])]
[JsonSerializable(typeof(TuneReport))]
internal sealed partial class TuneJson : JsonSerializerContext;

/// <summary>JSON of a journal: a line each.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(MetricValueJson), typeof(JsonStringEnumConverter<FailureKind>)])]
[JsonSerializable(typeof(TrialResult))]
[JsonSerializable(typeof(TuneJournalHead))]
internal sealed partial class JournalJson : JsonSerializerContext;
