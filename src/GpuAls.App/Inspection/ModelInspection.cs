using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>How a command shows what it found.</summary>
internal enum ShownFormat
{
    /// <summary>Text for people.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>One JSON object.</summary>
    [JsonStringEnumMemberName("json")]
    Json,
}

/// <summary>What <c>gpuals model</c> looks at.</summary>
internal sealed record ModelJobOptions
{
    /// <summary>Directory of the model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Directory of another model to compare it with.</summary>
    public string Other { get; init; } = "";

    /// <summary>How it is shown.</summary>
    public ShownFormat Format { get; init; }
}

/// <summary>A file of a model.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Bytes">Its size; null where it is missing.</param>
internal sealed record ModelFileSize(string Name, long? Bytes);

/// <summary>What there is to know of a model without reading all of it.</summary>
/// <param name="Model">Its folder; not <c>latest</c>, but the version that it names.</param>
/// <param name="Bytes">The size of its files.</param>
/// <param name="Files">Each file.</param>
/// <param name="Manifest">How it was trained.</param>
internal sealed record ModelInfo(
    string Model, long Bytes, IReadOnlyList<ModelFileSize> Files, ModelManifest Manifest)
{
    /// <summary>Reads it from the manifest and the sizes of the files.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there is no model, or its manifest cannot be read.</exception>
    public static async Task<ModelInfo> ReadAsync(string location, CancellationToken cancellation)
    {
        var model = await LatestModel.ResolveAsync(location, cancellation).ConfigureAwait(false);
        var manifest = await ModelReader.ReadManifestAsync(model, cancellation).ConfigureAwait(false);
        var files = new List<ModelFileSize>();
        foreach (var name in manifest.Sha256.Keys.Append(ModelFiles.Manifest).Order(StringComparer.Ordinal))
        {
            var file = await Stores.FindFileAsync(Stores.Combine(model, name), cancellation).ConfigureAwait(false);
            files.Add(new ModelFileSize(name, file?.Length));
        }

        return new ModelInfo(model, files.Sum(file => file.Bytes ?? 0), files, manifest);
    }
}

/// <summary>What is wrong with a model.</summary>
/// <param name="Model">Its folder.</param>
/// <param name="Problems">How many things are wrong.</param>
/// <param name="Files">Each file, with what is wrong with it.</param>
internal sealed record ModelVerification(string Model, int Problems, IReadOnlyList<ModelFileCheck> Files)
{
    /// <summary>Reads all of a model.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there is no model, or its manifest cannot be read.</exception>
    public static async Task<ModelVerification> ReadAsync(string location, CancellationToken cancellation)
    {
        var model = await LatestModel.ResolveAsync(location, cancellation).ConfigureAwait(false);
        var manifest = await ModelReader.ReadManifestAsync(model, cancellation).ConfigureAwait(false);
        var files = await ModelVerifier.VerifyAsync(model, manifest, cancellation).ConfigureAwait(false);
        return new ModelVerification(model, files.Sum(file => file.Problems.Count), files);
    }

    /// <summary>Fails where anything is wrong.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: something is.</exception>
    public void RequireNone()
    {
        if (Problems == 0) return;
        var first = Files.First(file => file.Problems.Count > 0);
        throw new GpuAlsException(
            FailureKind.BadInput,
            $"'{Model}' has {Counted.Of(Problems, "problem")}: {first.File} {first.Problems[0]}"
                + $"{(Problems > 1 ? ", and more" : "")}. Copy the model again, or train again with gpuals train.");
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NewLine = "\n",
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(ModelVerification))]
[JsonSerializable(typeof(ModelComparison))]
internal sealed partial class InspectionJson : JsonSerializerContext;
