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
            Details = "Plays and factors that do not fit are streamed; results differ by rounding at most.",
        },
    ]);

    /// <summary>The plays that are read.</summary>
    public static Parameter<T> Plays<T>(Func<T, IReadOnlyList<string>> get, Func<T, IReadOnlyList<string>, T> set) =>
        Parameter<T>.Arguments("plays", get, (o, plays) => set(o, Checked(plays))) with
        {
            Group = ParameterGroup.Input,
            IsRequired = true,
            Summary = "Parquet, CSV or JSON Lines: files, folders or globs; local or s3://",
            Details = "Delimited text is .csv, .tsv, .dat or .txt; JSON Lines is .jsonl, .ndjson or .json. Both may "
                + $"be compressed (.gz, .bz2, .zst). Or a database: {Databases.Expected}.",
        };

    /// <summary>A saved model.</summary>
    /// <param name="get">Its directory; empty where none was named.</param>
    /// <param name="set">Changes it.</param>
    /// <param name="name">Name of the argument.</param>
    public static Parameter<T> Model<T>(Func<T, string> get, Func<T, string, T> set, string name = "model") =>
        Parameter<T>.Argument(name, o => get(o).Length == 0 ? null : get(o), set) with
        {
            Group = ParameterGroup.Input,
            IsRequired = true,
            Summary = "Directory written by gpuals train, or the file latest beside versions",
        };

    /// <summary>How plays are read.</summary>
    /// <param name="get">The schema.</param>
    /// <param name="set">Changes it.</param>
    /// <param name="decays">Whether plays lose weight with their age.</param>
    /// <param name="splits">Whether times divide the plays.</param>
    public static IEnumerable<Parameter<T>> Input<T>(
        Func<T, InteractionSchema> get, Func<T, InteractionSchema, T> set, Predicate<T> decays, Predicate<T> splits) =>
        InputParameters.Table.Within(get, set).Select(parameter => parameter.Name switch
        {
            "time-column" => parameter with
            {
                AppliesWhen =
                [
                    new(
                        o => decays(o) || splits(o) || get(o).HasPeriod,
                        "requires --half-life, --since, --until, or --split time or leave-last (without --test)."),
                ],
                Requires =
                [
                    new(
                        o => !decays(o) || get(o).TimeColumn is not null,
                        "--half-life requires --time-column, the column with the time of each play."),
                ],
            },
            _ => parameter,
        });

    /// <summary>What is read of a database.</summary>
    public static IEnumerable<Parameter<T>> Selection<T>(
        Func<T, IReadOnlyList<string>> plays, Func<T, PlaysSelection> get, Func<T, PlaysSelection, T> set)
    {
        ParameterCondition<T> isDatabase = new(
            o => plays(o).Any(Databases.Has), $"requires plays in a database ({Databases.Expected}).");
        ParameterCondition<T> isOnly = new(
            o => get(o).Table is null || get(o).Query is null,
            "--table and --query cannot be used together; each says what to read.");
        yield return Parameter<T>.Text(
            "table", o => get(o).Table, (o, name) => set(o, get(o) with { Table = name })) with
        {
            Group = ParameterGroup.Input,
            ValueName = "NAME",
            Summary = "Table or view of a database to read, such as shop.plays",
            AppliesWhen = [isDatabase],
            Requires = [isOnly],
        };
        yield return Parameter<T>.Text(
            "query", o => get(o).Query, (o, sql) => set(o, get(o) with { Query = sql })) with
        {
            Group = ParameterGroup.Input,
            ValueName = "SQL",
            Summary = "Query of a database whose rows are the plays",
            AppliesWhen = [isDatabase],
        };
    }

    /// <summary>Which tables of a database lists are written to.</summary>
    /// <param name="option">The option of the database.</param>
    /// <param name="output">The file or database of the lists.</param>
    /// <param name="get">The tables.</param>
    /// <param name="set">Changes them.</param>
    public static IEnumerable<Parameter<T>> Tables<T>(
        string option, Func<T, string?> output, Func<T, TableOptions> get, Func<T, TableOptions, T> set)
    {
        ParameterCondition<T>[] isDatabase =
            [new(o => Databases.Has(output(o)), $"requires a database: {option} {Databases.Expected}.")];
        yield return Parameter<T>.Text(
            "recommendations-table", o => get(o).Lists, (o, name) => set(o, get(o) with { Lists = name })) with
        {
            Group = ParameterGroup.Output,
            ValueName = "NAME",
            Summary = "Table for the lists in a database, such as shop.recommendations",
            Details = "It is created if it does not exist.",
            AppliesWhen = isDatabase,
        };
        yield return Parameter<T>.Word(
            "write-mode", o => get(o).Mode, (o, mode) => set(o, get(o) with { Mode = mode })) with
        {
            Group = ParameterGroup.Output,
            Summary = "What to do with the lists already in the table",
            Details = "replace: replace them all. upsert: replace those of users who get a new list. append: keep "
                + "them.",
            AppliesWhen = isDatabase,
        };
        yield return Factors("user", o => o.UserFactors, (o, name) => o with { UserFactors = name });
        yield return Factors("item", o => o.ItemFactors, (o, name) => o with { ItemFactors = name });

        Parameter<T> Factors(
            string side, Func<TableOptions, string?> factors, Func<TableOptions, string, TableOptions> with) =>
            Parameter<T>.Text(
                $"{side}-factors-table", o => factors(get(o)), (o, name) => set(o, with(get(o), name))) with
            {
                Group = ParameterGroup.Output,
                ValueName = "NAME",
                Summary = $"Table for the factors of each {side}, which are all replaced",
                AppliesWhen = isDatabase,
            };
    }

    /// <summary>Locations, the form of the last checked if it is one of a database.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it has another form, or a password.</exception>
    public static IReadOnlyList<string> Checked(IReadOnlyList<string> locations)
    {
        Databases.Checked(locations[^1]);
        return locations;
    }

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
        Parameter<T>.Text("report", o => get(o)?.File, (o, file) => set(
            o, new ReportOptions(LocationTemplate.Checked(file, "--report")))) with
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

    /// <summary>What a slash at the end of a location of lists means.</summary>
    public const string FolderOfLists =
        "With a slash at the end, as in lists.parquet/, it is a folder with a file of each process.";

    /// <summary>What a row of a file of lists is.</summary>
    /// <param name="get">The shape.</param>
    /// <param name="set">Changes it.</param>
    /// <param name="output">The file or database of the lists; null for text on stdout.</param>
    public static Parameter<T> Shape<T>(
        Func<T, ListShape> get, Func<T, ListShape, T> set, Func<T, string?> output) =>
        Parameter<T>.Word("list-shape", get, set) with
        {
            Group = ParameterGroup.Output,
            Summary = "Rows of a Parquet file: flat, a row for each listed item, or nested, a row for each list",
            Details = "nested is the shape of Spark's recommendForAllUsers: user and recommendations, an array of "
                + "structs of item and rating. It requires a .parquet file.",
            Requires =
            [
                new(o => get(o) == ListShape.Flat || ListFormat.IsParquet(output(o)), ListFormat.WhyParquet),
            ],
        };

    /// <summary>Whether lists may have what was played.</summary>
    public static Parameter<T> IncludePlayed<T>(Func<T, bool> get, Func<T, bool, T> set) =>
        Parameter<T>.Flag("include-played", get, set) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Also list items that the user has played",
        };

    /// <summary>The file of the names of items, and its column of names.</summary>
    /// <param name="group">Where they stand in the help.</param>
    /// <param name="summary">What names are for.</param>
    /// <param name="details">What the file is.</param>
    /// <param name="file">The file; null for none.</param>
    /// <param name="setFile">Sets it.</param>
    /// <param name="column">The column.</param>
    /// <param name="setColumn">Sets it.</param>
    /// <param name="applies">When names can be used.</param>
    public static Parameter<T>[] ItemNames<T>(
        ParameterGroup group,
        string summary,
        string details,
        Func<T, string?> file,
        Func<T, string, T> setFile,
        Func<T, string> column,
        Func<T, string, T> setColumn,
        params ParameterCondition<T>[] applies) =>
    [
        Parameter<T>.Text("item-names", file, setFile) with
        {
            Group = group,
            IsCommon = true,
            ValueName = "FILE",
            Summary = summary,
            Details = details,
            AppliesWhen = applies,
        },
        Parameter<T>.Text("item-name-column", column, setColumn) with
        {
            Group = group,
            ValueName = "NAME",
            Summary = "Column of names in --item-names",
            AppliesWhen = [new(o => file(o) is not null, "requires --item-names.")],
        },
    ];
}
