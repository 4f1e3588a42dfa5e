namespace GpuAls.App;

/// <summary>Declarations that several jobs share.</summary>
internal static class SharedParameters
{
    /// <summary>Where it is computed.</summary>
    public static ParameterTable<DeviceRequest> Device { get; } = new(new DeviceRequest(DeviceKind.Auto),
    [
        Parameter<DeviceRequest>.Form(
            "device", o => o.Text, (o, text) => DeviceRequest.Parse(text) with { MemoryBytes = o.MemoryBytes }) with
        {
            Group = ParameterGroup.Device,
            IsCommon = true,
            ValueName = "DEVICE",
            Summary = "auto, cpu, cuda[:N], opencl[:N] or emulated",
            Details = "auto chooses CUDA if possible, then a GPU with OpenCL, then the CPU. `gpuals devices` lists "
                + "the devices.",
        },
        Parameter<DeviceRequest>.Form(
            "device-memory", o => o.MemoryBytes is { } bytes ? Parameter<DeviceRequest>.TextOf(bytes) : null,
            (o, text) => o with { MemoryBytes = ByteSize.Parse(text, "--device-memory") }) with
        {
            Group = ParameterGroup.Device,
            ValueName = "SIZE",
            DefaultNote = "all free memory",
            Summary = "Limit on device memory, such as 2GB or 1.5GiB",
            Details = "Plays that do not fit are streamed; results stay the same.",
        },
    ]);

    /// <summary>The plays that are read.</summary>
    public static Parameter<T> Plays<T>(Func<T, IReadOnlyList<string>> get, Func<T, IReadOnlyList<string>, T> set) =>
        Parameter<T>.Arguments("plays", get, set) with
        {
            Group = ParameterGroup.Input,
            IsRequired = true,
            Summary = "Parquet, CSV, TSV or JSON Lines: files, folders or globs; local or s3://",
            Details = "Delimited text is .csv, .tsv, .dat or .txt; JSON Lines is .jsonl, .ndjson or .json. Both may "
                + "be compressed (.gz, .bz2, .zst).",
        };

    /// <summary>The preset that the options of training begin with.</summary>
    public static Parameter<T> Preset<T>(Func<T, string?> get, Func<T, string, T> set, Func<T, AlsOptions> trained) =>
        Parameter<T>.Word("preset", GpuAls.Preset.Names, get, set) with
        {
            Group = ParameterGroup.Model,
            IsCommon = true,
            IsPreset = true,
            Summary = "Use the settings of another system",
            Details = "Other options override those of the preset.",
            Requires =
            [
                new(
                    o => trained(o).Feedback == Feedback.Implicit || get(o) is null or "spark",
                    "--preset implicit and --preset ials cannot be used with --feedback explicit; "
                    + "use --preset spark, or no preset."),
            ],
        };

    /// <summary>The page on a run.</summary>
    public static Parameter<T> Report<T>(Func<T, ReportOptions?> get, Func<T, ReportOptions, T> set) =>
        Parameter<T>.Text("report", o => get(o)?.File, (o, file) => set(o, new ReportOptions(file))) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            ValueName = "FILE.html",
            Summary = "Write an HTML report with charts",
        };

    /// <summary>A file or a directory that is written.</summary>
    public static Parameter<T> Output<T>(
        Func<T, string?> get, Func<T, string, T> set, string valueName, string summary) =>
        Parameter<T>.Text("output", get, set) with
        {
            Alias = "-o",
            Group = ParameterGroup.Output,
            IsCommon = true,
            ValueName = valueName,
            Summary = summary,
        };

    /// <summary>Whether an existing output is replaced.</summary>
    public static Parameter<T> Overwrite<T>(Func<T, bool> get, Func<T, bool, T> set) =>
        Parameter<T>.Flag("overwrite", get, set) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Replace an existing output",
        };

    /// <summary>How long a list is.</summary>
    public static Parameter<T> Top<T>(Func<T, int> get, Func<T, int, T> set) =>
        Parameter<T>.Whole("top", o => get(o), set, ParameterRange.Between(1, TopKQuery.MaximumK)) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Length of each list",
        };

    /// <summary>Whether lists may have what was played.</summary>
    public static Parameter<T> IncludePlayed<T>(Func<T, bool> get, Func<T, bool, T> set) =>
        Parameter<T>.Flag("include-played", get, set) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Also list items that the user has played",
        };
}
