using System.Text;
using System.Text.Json;

namespace GpuAls.Formats;

/// <summary>
/// Folders of Spark ML: a PipelineModel of two StringIndexerModels, which number ids, and an ALSModel, which has the
/// factors of the numbers. An ALSModel alone has numbers for ids.
/// </summary>
internal sealed class SparkFormat() : ModelFormat("spark")
{
    /// <summary>Indexers and ALS as they are called here; names of Spark's own end in random digits.</summary>
    private const string Users = "StringIndexer_users";
    private const string Items = "StringIndexer_items";
    private const string Als = "ALS_gpuals";
    private const string Pipeline = "PipelineModel_gpuals";

    /// <inheritdoc/>
    public override bool IsFolder => true;

    /// <inheritdoc/>
    public override bool IsRead => true;

    /// <inheritdoc/>
    public override bool HasIds => true;

    /// <inheritdoc/>
    public override async ValueTask<string?> WhyForeignAsync(
        ExistingFiles existing, CancellationToken cancellation)
    {
        foreach (var file in existing.Files)
        {
            var isPart = file.StartsWith("metadata/part-", StringComparison.Ordinal);
            var text = isPart ? await existing.ReadAsync(file, cancellation).ConfigureAwait(false) : null;
            if (text is not null && text.AsSpan().IndexOf("org.apache.spark.ml"u8) >= 0) return null;
        }

        return "is not a model of Spark (there is no such metadata)";
    }

    /// <inheritdoc/>
    public override async Task WriteAsync(FactorModel model, IOutput folder, CancellationToken cancellation)
    {
        await new SparkMetadata("org.apache.spark.ml.PipelineModel", Pipeline)
        {
            ParamMap = new() { ["stageUids"] = new[] { Users, Items, Als } },
        }.WriteAsync(folder, "", cancellation).ConfigureAwait(false);
        await WriteIndexerAsync($"stages/0_{Users}", Users, "user", "user_index", model.Users).ConfigureAwait(false);
        await WriteIndexerAsync($"stages/1_{Items}", Items, "item", "item_index", model.Items).ConfigureAwait(false);
        const string Stage = $"stages/2_{Als}";
        await new SparkMetadata("org.apache.spark.ml.recommendation.ALSModel", Als)
        {
            ParamMap = new()
            {
                ["userCol"] = "user_index",
                ["itemCol"] = "item_index",
                ["coldStartStrategy"] = "drop",
            },
            DefaultParamMap = new()
            {
                ["userCol"] = "user",
                ["itemCol"] = "item",
                ["predictionCol"] = "prediction",
                ["coldStartStrategy"] = "nan",
                ["blockSize"] = 4096,
            },
            Rank = model.Rank,
        }.WriteAsync(folder, Stage, cancellation).ConfigureAwait(false);
        await WriteFactorsAsync($"{Stage}/userFactors", Side.Users).ConfigureAwait(false);
        await WriteFactorsAsync($"{Stage}/itemFactors", Side.Items).ConfigureAwait(false);

        async Task WriteIndexerAsync(string stage, string uid, string input, string output, IdIndex ids)
        {
            await new SparkMetadata("org.apache.spark.ml.feature.StringIndexerModel", uid)
            {
                ParamMap = new() { ["inputCol"] = input, ["outputCol"] = output },
                DefaultParamMap = new()
                {
                    ["handleInvalid"] = "error",
                    ["stringOrderType"] = "frequencyDesc",
                    ["outputCol"] = $"{uid}__output",
                },
            }.WriteAsync(folder, stage, cancellation).ConfigureAwait(false);
            await WriteParquetAsync($"{stage}/data", to => SparkParquet.WriteLabelsAsync(to, ids, cancellation))
                .ConfigureAwait(false);
        }

        Task WriteFactorsAsync(string path, Side side) => WriteParquetAsync(
            path, to => SparkParquet.WriteFactorsAsync(to, model.FactorsOf(side), cancellation));

        async Task WriteParquetAsync(string path, Func<Stream, Task> write)
        {
            await folder.WriteAsync($"{path}/part-00000.snappy.parquet", write, cancellation).ConfigureAwait(false);
            await folder.WriteAsync($"{path}/_SUCCESS", _ => Task.CompletedTask, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async Task<ForeignModel> ReadAsync(ForeignSource source, CancellationToken cancellation)
    {
        var location = source.Location;
        var stages = await SparkStage.FindAsync(location, cancellation).ConfigureAwait(false);
        var als = stages.Find(stage => stage.Metadata.IsA("ALSModel"))
            ?? throw FormatErrors.Damaged(location, "has no ALSModel among its stages");
        foreach (var indexers in source.Indexers)
            stages.AddRange(await SparkStage.FindAsync(indexers, cancellation).ConfigureAwait(false));
        var rank = als.Metadata.Rank
            ?? throw FormatErrors.Damaged(location, "is an ALSModel whose metadata names no rank");
        return new ForeignModel(
            await SideAsync("userFactors", als.Metadata.Text("userCol")).ConfigureAwait(false),
            await SideAsync("itemFactors", als.Metadata.Text("itemCol")).ConfigureAwait(false))
        {
            Options = GpuAls.Preset.Apply("spark", AlsOptions.Default),
            Preset = "spark",
        };

        // The rows of Spark are in no order: they are sorted by number, which is that of the label.
        async Task<ForeignSide> SideAsync(string folder, string? column)
        {
            var path = Stores.Combine(als.Path, folder);
            var (numbers, factors) = await SparkParquet.ReadFactorsAsync(path, rank, cancellation)
                .ConfigureAwait(false);
            var indexers = stages.Where(stage => stage.Metadata.IsA("StringIndexerModel")).ToArray();
            var indexer = Array.Find(indexers, stage => stage.Metadata.Outputs.Contains(column));
            if (indexer is null && source.Indexers.Count > 0)
                throw FormatErrors.Damaged(
                    als.Path,
                    $"is an ALSModel of the column {Quoted.Of(column ?? "")}; the indexers make the columns "
                    + string.Join(", ", indexers.SelectMany(stage => stage.Metadata.Outputs).Select(Quoted.Of)));
            if (indexer is null) return new ForeignSide(factors, new IdIndex<int>(numbers));
            var data = Stores.Combine(indexer.Path, "data");
            var columns = await SparkParquet.ReadLabelsAsync(data, cancellation).ConfigureAwait(false);
            var outputs = indexer.Metadata.Outputs;
            if (columns.Count != outputs.Count)
                throw FormatErrors.Damaged(
                    data,
                    $"has labels of {Counted.Of(columns.Count, "column")}; the indexer makes {outputs.Count}");
            var labels = columns[outputs.ToList().IndexOf(column!)];
            if (numbers.Length > 0 && (numbers[0] < 0 || numbers[^1] >= labels.Count))
                throw FormatErrors.Damaged(
                    path,
                    $"has factors of number {numbers[^1]}; the indexer in {indexer.Path} has "
                    + Counted.Of(labels.Count, "label"));
            return new ForeignSide(factors, new IdIndex<string>([.. numbers.Select(number => labels[number])]));
        }
    }
}

/// <summary>What Spark ML writes of every part of a model, as a line of JSON in a text file.</summary>
/// <param name="Class">The class that reads it.</param>
/// <param name="Uid">Its name in a pipeline.</param>
internal sealed record SparkMetadata(string Class, string Uid)
{
    private const string SparkVersion = "3.5.0"; // the layout: readers of 3.0 to 4 take it

    public Dictionary<string, object> ParamMap { get; init; } = [];

    public Dictionary<string, object> DefaultParamMap { get; init; } = [];

    /// <summary>Only an ALSModel has it.</summary>
    public int? Rank { get; init; }

    /// <summary>Whether it is of a class, by its name without its package.</summary>
    public bool IsA(string name) => Class.EndsWith($".{name}", StringComparison.Ordinal);

    /// <summary>A parameter that is a string; null where there is none.</summary>
    public string? Text(string name) =>
        ParamMap.GetValueOrDefault(name) as string ?? DefaultParamMap.GetValueOrDefault(name) as string;

    /// <summary>The columns that an indexer makes: several in Spark 3 and later.</summary>
    public IReadOnlyList<string> Outputs =>
        ParamMap.GetValueOrDefault("outputCols") as string[] ?? (Text("outputCol") is { } column ? [column] : []);

    /// <summary>The names of the stages of a pipeline.</summary>
    public IReadOnlyList<string> Stages => ParamMap.GetValueOrDefault("stageUids") as string[] ?? [];

    /// <summary>Writes it to a folder of an output.</summary>
    public async Task WriteAsync(IOutput output, string folder, CancellationToken cancellation)
    {
        var prefix = folder.Length == 0 ? "metadata" : $"{folder}/metadata";
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("class", Class);
            json.WriteNumber("timestamp", 0); // the same model is the same bytes
            json.WriteString("sparkVersion", SparkVersion);
            json.WriteString("uid", Uid);
            Write(json, "paramMap", ParamMap);
            Write(json, "defaultParamMap", DefaultParamMap);
            if (Rank is { } rank) json.WriteNumber("rank", rank);
            json.WriteEndObject();
        }

        text.Write("\n"u8);
        await output.WriteAsync(
            $"{prefix}/part-00000", to => to.WriteAsync(text.ToArray(), cancellation).AsTask(), cancellation)
            .ConfigureAwait(false);
        await output.WriteAsync($"{prefix}/_SUCCESS", _ => Task.CompletedTask, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads it from the folder that has it in <c>metadata</c>.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there is none, or it is not understood.</exception>
    public static async Task<SparkMetadata> ReadAsync(string folder, CancellationToken cancellation)
    {
        var files = await FilesAsync(Stores.Combine(folder, "metadata"), cancellation).ConfigureAwait(false);
        var text = new StringBuilder();
        foreach (var file in files)
            text.Append(Encoding.UTF8.GetString(await file.ReadAllAsync(cancellation).ConfigureAwait(false)));
        try
        {
            using var json = JsonDocument.Parse(text.ToString());
            var root = json.RootElement;
            return new SparkMetadata(root.GetProperty("class").GetString()!, root.GetProperty("uid").GetString()!)
            {
                ParamMap = Read(root, "paramMap"),
                DefaultParamMap = Read(root, "defaultParamMap"),
                Rank = root.TryGetProperty("rank", out var rank) ? rank.GetInt32() : null,
            };
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException)
        {
            throw FormatErrors.Damaged(folder, "is not a folder of Spark ML: its metadata are not understood");
        }
    }

    /// <summary>The files of a folder of Spark.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: there are none.</exception>
    public static async Task<IReadOnlyList<IByteSource>> FilesAsync(string folder, CancellationToken cancellation)
    {
        IReadOnlyList<IByteSource> files = Stores.Of(folder) is { } store
            ? await store.FindAsync($"{folder}/", cancellation).ConfigureAwait(false)
            : Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder).Where(IsData).Order(StringComparer.Ordinal)
                    .Select(file => new FileByteSource(file))]
                : [];
        return files.Count > 0
            ? files
            : throw FormatErrors.Damaged(folder, "is missing or empty; expected a folder that Spark ML has written");
    }

    private static bool IsData(string path) => Path.GetFileName(path)[0] is not ('_' or '.');

    private static void Write(Utf8JsonWriter json, string name, Dictionary<string, object> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            json.WritePropertyName(key);
            JsonSerializer.Serialize(json, value);
        }

        json.WriteEndObject();
    }

    private static Dictionary<string, object> Read(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var map)
            ? []
            : map.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.ValueKind switch
            {
                JsonValueKind.String => (object)one.Value.GetString()!,
                JsonValueKind.Array => one.Value.EnumerateArray().Select(element => element.ToString()).ToArray(),
                _ => one.Value.ToString(),
            });
}

/// <summary>A part of a model that Spark ML has written.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Metadata">What it is.</param>
internal sealed record SparkStage(string Path, SparkMetadata Metadata)
{
    /// <summary>The stages of a pipeline, and of pipelines in it; of any other part, that part.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it was not written by Spark ML.</exception>
    public static async Task<List<SparkStage>> FindAsync(string path, CancellationToken cancellation)
    {
        var metadata = await SparkMetadata.ReadAsync(path, cancellation).ConfigureAwait(false);
        if (!metadata.IsA("PipelineModel")) return [new SparkStage(path, metadata)];
        var (names, found) = (metadata.Stages, new List<SparkStage>());
        var digits = names.Count.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        for (var i = 0; i < names.Count; i++)
        {
            var number = i.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(digits, '0');
            var folder = Stores.Combine(path, $"stages/{number}_{names[i]}");
            found.AddRange(await FindAsync(folder, cancellation).ConfigureAwait(false));
        }

        return found;
    }
}
