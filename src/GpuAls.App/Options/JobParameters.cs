namespace GpuAls.App;

/// <summary>
/// The declarations of each job: those of what it reads, trains, measures and writes, in the order of help. A table is
/// made when it is first asked for, as a run needs one of them.
/// </summary>
internal static class JobParameters
{
    /// <summary>Of <c>gpuals train</c>.</summary>
    public static ParameterTable<TrainJobOptions> Train => field ??= new(
        new TrainJobOptions { Locations = [], Output = "" },
    [
        SharedParameters.Plays<TrainJobOptions>(o => o.Locations, (o, plays) => o with { Locations = plays }),
        .. SharedParameters.Selection<TrainJobOptions>(
            o => o.Locations, o => o.Selection, (o, selection) => o with { Selection = selection }),
        .. SharedParameters.Input<TrainJobOptions>(
            o => o.Schema, (o, schema) => o with { Schema = schema }, o => o.Als.HalfLife is not null, _ => false),
        .. FeatureParameters.Of<TrainJobOptions>(o => o.Features, (o, features) => o with { Features = features }),
        SharedParameters.Output<TrainJobOptions>(
            o => o.Output.Length == 0 ? null : o.Output,
            (o, path) => o with { Output = ModelVersions.Checked(path) },
            "DIR",
            "Directory for the model and the lists, such as models/{date}") with
        {
            IsRequired = true,
            Details = "Local or s3://. {date} and {time}, of the start of the run in UTC, name versions; the file "
                + "latest beside them names the newest.",
        },
        Parameter<TrainJobOptions>.Whole<int>(
            "keep", o => o.Keep, (o, value) => o with { Keep = value }, ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Output,
            DefaultNote = "all",
            Summary = "Keep the newest N versions and delete older ones after publishing",
            Details = "Only models whose names --output gives are deleted, never the one that latest names.",
            AppliesWhen =
            [
                new(
                    o => ModelVersions.Of(o.Output) is not null,
                    "requires a placeholder in --output, as in models/{date}."),
            ],
        },
        Parameter<TrainJobOptions>.Text(
            "recommendations",
            o => o.Recommendations,
            (o, path) => o with { Recommendations = LocationTemplate.CheckedLists(path, "--recommendations") }) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            ValueName = "FILE",
            DefaultNote = "in DIR",
            Summary = "File (.parquet, .csv, .jsonl) or database for the lists",
            Details = $"A file is local or s3://. {SharedParameters.FolderOfLists} A database is {Databases.Expected}, "
                + "with --recommendations-table.",
        },
        .. SharedParameters.Tables<TrainJobOptions>(
            "--recommendations",
            o => o.Recommendations,
            o => o.Tables,
            (o, tables) => o with { Tables = tables }),
        SharedParameters.Shape<TrainJobOptions>(
            o => o.ListShape, (o, shape) => o with { ListShape = shape },
            o => o.Recommendations ?? ModelFiles.Recommendations),
        SharedParameters.Top<TrainJobOptions>(o => o.Top, (o, top) => o with { Top = top }),
        SharedParameters.IncludePlayed<TrainJobOptions>(
            o => o.IncludePlayed, (o, value) => o with { IncludePlayed = value }),
        SharedParameters.Report<TrainJobOptions>(o => o.Report, (o, report) => o with { Report = report }),
        SharedParameters.Overwrite<TrainJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
        SharedParameters.Preset<TrainJobOptions>(
            o => o.Preset, (o, name) => o with { Preset = name, Als = Preset.Apply(name, o.Als) }, o => o.Als),
        .. AlsParameters.Table.Within<TrainJobOptions>(o => o.Als, (o, als) => o with { Als = als })
            .Select(parameter => FeatureParameters.Guard(parameter, o => o.Features)),
        Parameter<TrainJobOptions>.Text(
            "warm-start", o => o.WarmStart, (o, path) => o with { WarmStart = path }) with
        {
            Group = ParameterGroup.Training,
            ValueName = "MODEL",
            Summary = "Begin with the factors of this model instead of random ones",
            Details = "Users and items are matched by id; new ones begin as usual. The model must have the same rank "
                + "and kind of feedback.",
        },
        .. ValidationParameters.OfTraining,
        .. GuardParameters.OfTraining,
        .. CheckpointParameters.Table.Within<TrainJobOptions>(
            o => o.Checkpoint, (o, checkpoint) => o with { Checkpoint = checkpoint }),
    ])
    {
        Complete = ValidationParameters.Complete,
    };

    /// <summary>Of <c>gpuals recommend</c>.</summary>
    public static ParameterTable<RecommendJobOptions> Recommend => field ??= new(new RecommendJobOptions { Model = "" },
    [
        ModelOfLists,
        Parameter<RecommendJobOptions>.Word(
            "for", ["users", "items"], o => o.ForItems ? "items" : "users",
            (o, word) => o with { Rules = o.Rules with { ForItems = word == "items" } }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            Summary = "Whose lists to make: items for users, or users for items",
            Details = "The list of an item holds the users who are likeliest to play it, without those who have.",
        },
        Parameter<RecommendJobOptions>.List(
            "plays", o => o.Plays, (o, plays) => o with { Plays = SharedParameters.Checked(plays) }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "FILE",
            Summary = "Make lists for the users of these plays, whether the model has them or not",
            Details = "Their factors are computed from these plays alone. The columns are those that the model was "
                + "trained with, unless --user-column and --item-column name others.",
            AppliesWhen = [new(o => !o.ForItems, "cannot be used with --for items.")],
        },
        .. Chosen(
            "user", isItem: false, o => o.Users, (o, users) => o with { Users = users },
            o => o.UsersFile, (o, path) => o with { UsersFile = path },
            o => o.SkipUnknownUsers, (o, skips) => o with { SkipUnknownUsers = skips }),
        .. Chosen(
            "item", isItem: true, o => o.Items, (o, items) => o with { Items = items },
            o => o.ItemsFile, (o, path) => o with { ItemsFile = path },
            o => o.SkipUnknownItems, (o, skips) => o with { SkipUnknownItems = skips }),
        SharedParameters.Output<RecommendJobOptions>(
            o => o.Output,
            (o, path) => o with { Output = LocationTemplate.CheckedLists(path, "--output") },
            "FILE",
            "File (.parquet, .csv, .jsonl) or database for the lists") with
        {
            DefaultNote = "stdout: a table on a terminal, else CSV",
            Details =
                $"{SharedParameters.FolderOfLists} A database is {Databases.Expected}, with --recommendations-table.",
            Requires =
            [
                new(
                    o => !o.ForItems || !Databases.Has(o.Output),
                    "--for items cannot be used with a database: its table has lists of users. Write a file."),
            ],
        },
        .. NamesOfItems,
        .. SharedParameters.Tables<RecommendJobOptions>(
            "--output", o => o.Output, o => o.Tables, (o, tables) => o with { Tables = tables }),
        SharedParameters.Shape<RecommendJobOptions>(
            o => o.ListShape, (o, shape) => o with { ListShape = shape }, o => o.Output),
        SharedParameters.Top<RecommendJobOptions>(o => o.Top, (o, top) => o with { Top = top }),
        SharedParameters.IncludePlayed<RecommendJobOptions>(
            o => o.IncludePlayed, (o, value) => o with { IncludePlayed = value }),
        .. ListRuleParameters.Table.Within<RecommendJobOptions>(o => o.Rules, (o, rules) => o with { Rules = rules }),
        SharedParameters.Overwrite<RecommendJobOptions>(
            o => o.Overwrite, (o, value) => o with { Overwrite = value }) with
        {
            AppliesWhen =
            [
                new(
                    o => !Databases.Has(o.Output),
                    "cannot be used with a database; there, --write-mode says what is replaced."),
            ],
        },
    ]);

    /// <summary>Of <c>gpuals similar</c>: lists of neighbours. Named users make them lists of users.</summary>
    public static ParameterTable<RecommendJobOptions> Similar => field ??= new(
        new RecommendJobOptions
        {
            Model = "",
            Similarity = SimilarityMeasure.Cosine,
            Rules = new ListRuleOptions { ForItems = true, AreNeighbours = true },
        },
    [
        ModelOfLists,
        Parameter<RecommendJobOptions>.Word(
            "for", ["items", "users"], o => o.ForItems ? "items" : "users",
            (o, word) => o with { Rules = o.Rules with { ForItems = word == "items" } }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            DefaultNote = "users with --user or --users, else items",
            Summary = "Whose neighbours: items similar to items, or users to users",
        },
        .. Chosen(
            "item", isItem: true, o => o.Items, (o, items) => o with { Items = items },
            o => o.ItemsFile, (o, path) => o with { ItemsFile = path },
            o => o.SkipUnknownItems, (o, skips) => o with { SkipUnknownItems = skips }).Select(WithoutDefault),
        .. Chosen(
            "user", isItem: false, o => o.Users, (o, users) => o with { Users = users },
            o => o.UsersFile, (o, path) => o with { UsersFile = path },
            o => o.SkipUnknownUsers, (o, skips) => o with { SkipUnknownUsers = skips }).Select(WithoutDefault),
        Parameter<RecommendJobOptions>.Flag("all", o => o.IsForAll, (o, value) => o with { IsForAll = value }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            Summary = "Make the lists of all items, or of all users with --for users",
            Requires =
            [
                new(
                    o => o.IsForAll != (o.Items.Count + o.Users.Count > 0 || (o.ItemsFile ?? o.UsersFile) is not null),
                    "expected one of --item ID, --items FILE, --user ID, --users FILE and --all."),
            ],
        },
        Parameter<RecommendJobOptions>.Word<SimilarityMeasure>(
            "measure", o => o.Similarity ?? SimilarityMeasure.Cosine, (o, value) => o with { Similarity = value }) with
        {
            Group = ParameterGroup.Lists,
            IsCommon = true,
            Summary = "What is compared: the cosine of factors, or their inner product",
        },
        SharedParameters.Output<RecommendJobOptions>(
            o => o.Output,
            (o, path) => o with { Output = LocationTemplate.CheckedLists(path, "--output") },
            "FILE",
            "File for the lists (.parquet, .csv, .jsonl)") with
        {
            DefaultNote = "stdout: a table on a terminal, else CSV",
            Details = SharedParameters.FolderOfLists,
            Requires =
            [
                new(
                    o => o.Similarity is null || !Databases.Has(o.Output),
                    "similar cannot write to a database: its table has lists of items for users. Write a file."),
            ],
        },
        .. NamesOfItems,
        SharedParameters.Shape<RecommendJobOptions>(
            o => o.ListShape, (o, shape) => o with { ListShape = shape }, o => o.Output),
        SharedParameters.Top<RecommendJobOptions>(o => o.Top, (o, top) => o with { Top = top }),
        .. ListRuleParameters.Table.Where(parameter => parameter.Name != "exclude").Select(
            parameter => parameter.Within<RecommendJobOptions>(o => o.Rules, (o, rules) => o with { Rules = rules })),
        SharedParameters.Overwrite<RecommendJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
    ])
    {
        Complete = (options, given) => given.Contains("for") || !(given.Contains("user") || given.Contains("users"))
            ? options
            : options with { Rules = options.Rules with { ForItems = false } },
    };

    /// <summary>Of <c>gpuals explain</c>.</summary>
    public static ParameterTable<ExplainJobOptions> Explain => field ??= new(new ExplainJobOptions(),
    [
        SharedParameters.Model<ExplainJobOptions>(o => o.Model, (o, path) => o with { Model = path }),
        Parameter<ExplainJobOptions>.Text(
            "user", o => o.User.Length == 0 ? null : o.User, (o, id) => o with { User = id }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            IsRequired = true,
            ValueName = "ID",
            Summary = "User whose score is explained",
        },
        Parameter<ExplainJobOptions>.Text(
            "item", o => o.Item.Length == 0 ? null : o.Item, (o, id) => o with { Item = id }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            IsRequired = true,
            ValueName = "ID",
            Summary = "Item that the score is for",
        },
        .. SharedParameters.ItemNames<ExplainJobOptions>(
            ParameterGroup.Input, "Names of items, to show beside their ids",
            "A table with the columns of --item-column and --item-name-column.",
            o => o.NamesFile, (o, path) => o with { NamesFile = path },
            o => o.NameColumn, (o, name) => o with { NameColumn = name }),
        InputParameters.Table["item-column"].Within<ExplainJobOptions>(
            o => o.Schema, (o, schema) => o with { Schema = schema }) with { IsCommon = false },
        Parameter<ExplainJobOptions>.Whole<int>(
            "top", o => o.Top, (o, top) => o with { Top = top }, ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Plays to show, those with the largest contributions; the others are summed",
        },
        Parameter<ExplainJobOptions>.Word("format", o => o.Format, (o, format) => o with { Format = format }) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Text for people, or one JSON object",
        },
    ]);

    private static Parameter<RecommendJobOptions> ModelOfLists =>
        SharedParameters.Model<RecommendJobOptions>(o => o.Model, (o, path) => o with { Model = path });

    private static Parameter<RecommendJobOptions>[] NamesOfItems => SharedParameters.ItemNames<RecommendJobOptions>(
        ParameterGroup.Output, "Names of items, to show beside their ids",
        "A table with the columns of --item-column and --item-name-column. Files of lists get a column item_name.",
        o => o.NamesFile, (o, path) => o with { NamesFile = path },
        o => o.NameColumn, (o, name) => o with { NameColumn = name },
        new ParameterCondition<RecommendJobOptions>(
            o => !Databases.Has(o.Output), "cannot be used with a database; join names there."));

    private static Parameter<RecommendJobOptions> WithoutDefault(Parameter<RecommendJobOptions> parameter) =>
        parameter.Kind == ParameterKind.List ? parameter with { DefaultNote = "" } : parameter;

    /// <summary>Whose lists are made: ids, a file of them, and what becomes of those that are unknown.</summary>
    private static IEnumerable<Parameter<RecommendJobOptions>> Chosen(
        string side,
        bool isItem,
        Func<RecommendJobOptions, IReadOnlyList<string>> ids,
        Func<RecommendJobOptions, IReadOnlyList<string>, RecommendJobOptions> setIds,
        Func<RecommendJobOptions, string?> file,
        Func<RecommendJobOptions, string, RecommendJobOptions> setFile,
        Func<RecommendJobOptions, bool> skips,
        Func<RecommendJobOptions, bool, RecommendJobOptions> setSkips)
    {
        ParameterCondition<RecommendJobOptions>[] applies =
        [
            new(o => o.ForItems == isItem, isItem ? "requires --for items." : "cannot be used with --for items."),
        ];
        yield return Parameter<RecommendJobOptions>.List(side, ids, setIds) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "ID",
            DefaultNote = $"all {side}s",
            Summary = $"{(isItem ? "Item" : "User")} to make a list for; may be repeated",
            AppliesWhen = applies,
        };
        yield return Parameter<RecommendJobOptions>.Text($"{side}s", file, setFile) with
        {
            Group = ParameterGroup.Input,
            IsCommon = !isItem,
            ValueName = "FILE",
            Summary = $"File of {side} ids: one per line, or a table with --{side}-column",
            AppliesWhen = applies,
        };
        yield return Parameter<RecommendJobOptions>.Word(
            $"on-unknown-{side}", ["fail", "skip"], o => skips(o) ? "skip" : "fail",
            (o, word) => setSkips(o, word == "skip")) with
        {
            Group = ParameterGroup.Input,
            IsCommon = !isItem,
            Summary = $"What to do with {side}s {(isItem ? "that" : "who")} are not in the model",
            Details = "skip ignores them and reports how many there were.",
            AppliesWhen = applies,
        };
    }

    /// <summary>Of <c>gpuals evaluate</c>.</summary>
    public static ParameterTable<EvaluateJobOptions> Evaluate => field ??= new(new EvaluateJobOptions(),
    [
        SharedParameters.Plays<EvaluateJobOptions>(o => o.Locations, (o, plays) => o with { Locations = plays }) with
        {
            IsRequired = false,
            Requires =
            [
                new(
                    o => o.Models.Count > 0 || o.Locations.Count > 0,
                    "PLAYS is missing. Give the files to train on, or --model DIR and --test FILE."),
            ],
        },
        Parameter<EvaluateJobOptions>.List("model", o => o.Models, (o, paths) => o with { Models = paths }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "DIR",
            Summary = "Measure a saved model instead of training one; may be repeated; needs --test",
            Details = "Several models are measured side by side on the same test plays, with the difference of each "
                + "from the first.",
            Requires =
            [
                new(
                    o => o.Models.Count == 0 || o.Locations.Count == 0,
                    "PLAYS cannot be used with --model, which is already trained. "
                    + "Give the plays to measure it on with --test."),
                new(
                    o => o.Models.Count == 0 || o.Test.Count > 0,
                    "--model requires --test FILE, with plays that the model was not trained on."),
                new(
                    o => o.Models.Distinct(StringComparer.Ordinal).Count() == o.Models.Count,
                    "--model names the same directory twice."),
            ],
        },
        .. SharedParameters.Selection<EvaluateJobOptions>(
            o => o.Locations, o => o.Selection, (o, selection) => o with { Selection = selection }),
        .. SharedParameters.Input<EvaluateJobOptions>(
            o => o.Schema, (o, schema) => o with { Schema = schema }, o => o.Als.HalfLife is not null, TakesTimes),
        .. FeatureParameters.Of<EvaluateJobOptions>(o => o.Features, (o, features) => o with { Features = features })
            .Select(parameter => parameter with
            {
                AppliesWhen =
                [
                    new(o => o.Models.Count == 0, "cannot be used with --model, which is already trained."),
                    .. parameter.AppliesWhen,
                ],
            }),
        SharedParameters.Output<EvaluateJobOptions>(
            o => o.Output,
            (o, path) => o with { Output = LocationTemplate.Checked(path, "--output") },
            "FILE",
            "File for the metrics (.json, .csv, .parquet)") with { Details = "Local or s3://." },
        SharedParameters.Report<EvaluateJobOptions>(o => o.Report, (o, report) => o with { Report = report }),
        SharedParameters.Overwrite<EvaluateJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
        .. HoldOutParameters.Of<EvaluateJobOptions>(),
        .. EvaluationParameters.Table.Within<EvaluateJobOptions>(
            o => o.Evaluation, (o, value) => o with { Evaluation = value }),
        Parameter<EvaluateJobOptions>.Word("metrics", o => o.Metrics, (o, value) => o with { Metrics = value }) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "Metrics to show",
            Details = "default: ranking metrics and, with explicit feedback, RMSE and MAE of ratings. The file of "
                + "--output always has all.",
        },
        Parameter<EvaluateJobOptions>.Whole<int>(
            "neighbours",
            o => o.Neighbours,
            (o, value) => o with { Neighbours = value },
            ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Evaluation,
            Summary = "Similar items per item in the item-item baselines",
        },
        .. Trained,
    ]);

    /// <summary>Of <c>gpuals tune</c>.</summary>
    public static ParameterTable<TuneJobOptions> Tune => field ??= new(
        new TuneJobOptions { Locations = [], Space = new SearchSpace(AlsOptions.Default, []) },
        [.. OfTune.Select(parameter => RareInTune.Contains(parameter.Name)
            ? parameter with { IsCommon = false }
            : parameter)])
    {
        Complete = (options, given) =>
        {
            var search = options.Search;
            if (!given.Contains("metric"))
                search = search with { Metric = MetricChoice.DefaultOf(options.Space.FixedOptions.Feedback) };
            if (!given.Contains("search") && !options.Space.HasChoices)
                search = search with { Kind = SearchKind.Bayes };
            return options with { Search = search };
        },
    };

    /// <summary>Common options of other commands that the short help of tune has no room for.</summary>
    private static IReadOnlyList<string> RareInTune { get; } = ["confidence", "folds", "solver", "seed", "loss"];

    private static IEnumerable<Parameter<TuneJobOptions>> OfTune =>
        [
            SharedParameters.Plays<TuneJobOptions>(o => o.Locations, (o, plays) => o with { Locations = plays }),
            .. SharedParameters.Selection<TuneJobOptions>(
            o => o.Locations, o => o.Selection, (o, selection) => o with { Selection = selection }),
        .. SharedParameters.Input<TuneJobOptions>(
            o => o.Schema, (o, schema) => o with { Schema = schema }, HasHalfLife, TakesTimes),
        .. FeatureParameters.Of<TuneJobOptions>(o => o.Features, (o, features) => o with { Features = features }),
            SharedParameters.Output<TuneJobOptions>(
                o => o.Output,
                (o, path) => o with { Output = path },
                "DIR",
                "Directory for the trials, as Parquet, CSV and JSON") with
            {
                Details = "Local or s3://. If a search was stopped, the same command resumes it there.",
            },
            SharedParameters.Report<TuneJobOptions>(o => o.Report, (o, report) => o with { Report = report }),
            SharedParameters.Overwrite<TuneJobOptions>(
                o => o.Overwrite, (o, value) => o with { Overwrite = value }) with
            {
                Summary = "Discard existing trials and start over",
                Requires =
                [
                    new(
                        o => !o.Overwrite || o.Output is not null || o.Report is not null,
                        "--overwrite requires --output or --report."),
                ],
            },
            .. AlsParameters.Searchable.SkipLast(1).Reverse().Select(Axis), Axis(AlsParameters.Searchable[^1]),
            .. SearchParameters.Table.Within<TuneJobOptions>(o => o.Search, (o, search) => o with { Search = search }),
            .. HoldOutParameters.Of<TuneJobOptions>(),
            EvaluationParameters.Table["cold-start"].Within<TuneJobOptions>(
                o => new EvaluationOptions { ColdStart = o.Search.ColdStart },
                (o, value) => o with { Search = o.Search with { ColdStart = value.ColdStart } }),
            SharedParameters.Preset<TuneJobOptions>(
                o => o.Preset,
                (o, name) => o with
                {
                    Preset = name,
                    Space = o.Space.With(Preset.Apply(name, o.Space.FixedOptions)),
                },
                o => o.Space.FixedOptions),
            .. AlsParameters.Table.Where(parameter => parameter.SearchOrder == 0).Select(parameter =>
                parameter.Within<TuneJobOptions>(
                    o => o.Space.FixedOptions, (o, als) => o with { Space = o.Space.With(als) })),
        ];

    /// <summary>Of <c>gpuals sample</c>.</summary>
    public static ParameterTable<SampleJobOptions> Sample => field ??= new(new SampleJobOptions { Output = "" },
    [
        SharedParameters.Output<SampleJobOptions>(
            o => o.Output.Length == 0 ? null : o.Output, (o, path) => o with { Output = path }, "FILE",
            "File for the plays (.parquet, .csv, .tsv)") with
        {
            IsRequired = true,
            Details = "Local or s3://. Its columns are user, item and plays.",
        },
        SharedParameters.Overwrite<SampleJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
        OfSample(
            Parameter<SampleOptions>.Whole<int>(
                "users", o => o.Users, (o, value) => o with { Users = value }, AtLeast2),
            "Number of users"),
        OfSample(
            Parameter<SampleOptions>.Whole<int>(
                "items", o => o.Items, (o, value) => o with { Items = value }, AtLeast2),
            "Number of items"),
        OfSample(
            Parameter<SampleOptions>.Whole<long>("plays", o => o.Plays, (o, value) => o with { Plays = value }),
            "Number of rows, each a different user and item"),
        OfSample(
            Parameter<SampleOptions>.Whole<long>("seed", o => o.Seed, (o, value) => o with { Seed = value }),
            "Seed of the plays"),
    ]);

    /// <summary>Of <c>gpuals model info</c> and <c>gpuals model verify</c>.</summary>
    public static ParameterTable<ModelJobOptions> Model => field ??= new(new ModelJobOptions(),
    [
        SharedParameters.Model<ModelJobOptions>(o => o.Model, (o, path) => o with { Model = path }),
        ShownFormatOption,
    ]);

    /// <summary>Of <c>gpuals model diff</c>.</summary>
    public static ParameterTable<ModelJobOptions> ModelDiff => field ??= new(new ModelJobOptions(),
    [
        SharedParameters.Model<ModelJobOptions>(o => o.Model, (o, path) => o with { Model = path }, "old"),
        SharedParameters.Model<ModelJobOptions>(o => o.Other, (o, path) => o with { Other = path }, "new"),
        ShownFormatOption,
    ]);

    private static Parameter<ModelJobOptions> ShownFormatOption => Parameter<ModelJobOptions>.Word(
        "format", o => o.Format, (o, format) => o with { Format = format }) with
    {
        Group = ParameterGroup.Output,
        IsCommon = true,
        Summary = "Text for people, or one JSON object",
    };

    /// <summary>The options of a training that is evaluated, which a saved model has no use for.</summary>
    private static IEnumerable<Parameter<EvaluateJobOptions>> Trained
    {
        get
        {
            Parameter<EvaluateJobOptions>[] trained =
            [
                SharedParameters.Preset<EvaluateJobOptions>(
                    o => o.Preset, (o, name) => o with { Preset = name, Als = Preset.Apply(name, o.Als) }, o => o.Als),
                .. AlsParameters.Table.Within<EvaluateJobOptions>(o => o.Als, (o, als) => o with { Als = als })
                    .Select(parameter => FeatureParameters.Guard(parameter, o => o.Features)),
            ];
            ParameterCondition<EvaluateJobOptions> noModel =
                new(o => o.Models.Count == 0, "cannot be used with --model, which is already trained.");
            return trained.Select(parameter => parameter with { AppliesWhen = [noModel, .. parameter.AppliesWhen] });
        }
    }

    /// <summary>A parameter of training whose values are searched.</summary>
    private static Parameter<TuneJobOptions> Axis(Parameter<AlsOptions> parameter) => FeatureParameters.Guard(
        AxisOf(parameter), o => o.Features);

    private static Parameter<TuneJobOptions> AxisOf(Parameter<AlsOptions> parameter) => Parameter<TuneJobOptions>.Form(
        parameter.Name,
        o => o.Space.Text(parameter) is { Length: > 0 } text ? text : null,
        (o, text) => o with { Space = o.Space.With(SearchAxis.Parse(parameter, text)) }) with
    {
        Group = parameter.Group,
        IsCommon = parameter.IsCommon,
        IsCommaSeparated = true,
        ValueName = parameter.Words.Count > 0 ? "A,B,..." : "VALUES",
        Summary = parameter.Summary,
        Details = parameter.Words.Count > 0
            ? $"Of {Words.OneOf(parameter.Words)}. {parameter.Details}".TrimEnd()
            : parameter.Details,
        SearchOrder = parameter.SearchOrder,
    };

    private static bool TakesTimes(HoldOutJobOptions options) => options.Test.Count == 0 && options.Split.TakesTimes;

    private static bool HasHalfLife(TuneJobOptions options) =>
        options.Space.FixedOptions.HalfLife is not null
        || options.Space.Axes.Any(axis => axis.Parameter.Name == "half-life" && axis.Text != axis.Parameter.Keyword);

    private static ParameterRange AtLeast2 => ParameterRange.AtLeast(2);

    private static Parameter<SampleJobOptions> OfSample(Parameter<SampleOptions> parameter, string summary) =>
        (parameter with { Group = ParameterGroup.Output, IsCommon = true, Summary = summary })
            .Within<SampleJobOptions>(o => o.Sample, (o, sample) => o with { Sample = sample });
}
