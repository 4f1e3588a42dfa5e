using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>JSON without reflection, so that the tool also starts fast; choices are the words of their options.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, RespectNullableAnnotations = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n",
    Converters = [typeof(FeedbackWords), typeof(ConfidenceWords), typeof(ObjectiveWords), typeof(SideWords), typeof(SolverWords), typeof(ScalingWords), typeof(PrecisionWords), typeof(IdTypeWords), typeof(OnBadRowWords)])]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;

/// <summary>A choice as one of some words.</summary>
internal abstract class WordConverter<T>(IReadOnlyDictionary<string, T> words) : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && words.TryGetValue(reader.GetString()!, out var value)
            ? value
            : throw new JsonException($"expected one of {string.Join(", ", words.Keys)}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(words.First(word => word.Value.Equals(value)).Key);
}

internal sealed class FeedbackWords() : WordConverter<Feedback>(OptionWords.Feedbacks);

internal sealed class ConfidenceWords() : WordConverter<ConfidenceFunction>(OptionWords.Confidences);

internal sealed class ObjectiveWords() : WordConverter<Objective>(OptionWords.Objectives);

internal sealed class SideWords() : WordConverter<Side>(OptionWords.Sides);

internal sealed class SolverWords() : WordConverter<Solver>(OptionWords.Solvers);

internal sealed class ScalingWords() : WordConverter<RegularizationScaling>(OptionWords.Scalings);

internal sealed class PrecisionWords() : WordConverter<SumPrecision>(OptionWords.Precisions);

internal sealed class OnBadRowWords() : WordConverter<OnBadRow>(new Dictionary<string, OnBadRow> { ["fail"] = OnBadRow.Fail, ["skip"] = OnBadRow.Skip });

internal sealed class IdTypeWords() : WordConverter<IdType>(new Dictionary<string, IdType>
{
    ["string"] = IdType.Text,
    ["int32"] = IdType.Integer32,
    ["int64"] = IdType.Integer64,
    ["uint64"] = IdType.UnsignedInteger64,
    ["uuid"] = IdType.Uuid,
});
