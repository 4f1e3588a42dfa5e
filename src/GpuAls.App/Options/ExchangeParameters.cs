using GpuAls.Formats;

namespace GpuAls.App;

/// <summary>The declarations of <c>gpuals export</c> and <c>gpuals import</c>.</summary>
internal static class ExchangeParameters
{
    /// <summary>Of <c>gpuals export</c>.</summary>
    public static ParameterTable<ExportJobOptions> Export => field ??= new(new ExportJobOptions(),
    [
        SharedParameters.Model<ExportJobOptions>(o => o.Model, (o, path) => o with { Model = path }),
        Format<ExportJobOptions>(
            format => format.IsWritten, o => o.Format, (o, name) => o with { Format = name },
            "Format to write",
            "spark is a folder with a PipelineModel of two StringIndexerModels and an ALSModel. implicit is an .npz "
            + "for AlternatingLeastSquares.load. faiss is an IndexFlatIP, hnswlib an HNSW index. These two "
            + "and word2vec hold one --side. parquet and arrow are directories with a table of factors for each side. "
            + "onnx scores users against all items."),
        SharedParameters.Output<ExportJobOptions>(
            o => o.Output.Length == 0 ? null : o.Output, (o, path) => o with { Output = path }, "PATH",
            "File to write, or directory with --format spark") with
        {
            IsRequired = true,
            Details = "Local or s3://.",
        },
        Parameter<ExportJobOptions>.Word(
            "side", o => o.Choices.Side, (o, side) => o with { Choices = o.Choices with { Side = side } }) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            Summary = "Whose factors to write",
            AppliesWhen =
            [
                new(
                    o => o.Format.Length == 0 || ModelFormat.Of(o.Format).IsOfOneSide,
                    $"requires --format {Named(format => format.IsOfOneSide)}; other formats hold both sides."),
            ],
        },
        OfHnsw(Parameter<ExportJobOptions>.Word(
            "space", o => o.Choices.Space, (o, space) => o with { Choices = o.Choices with { Space = space } })) with
        {
            Summary = "How an index of hnswlib compares vectors",
            Details = "ip compares the factors by inner product. For l2 and cosine, each vector gets one more "
                + "dimension, so that the nearest are those with the largest inner product; a query has 0 there.",
        },
        OfHnsw(Parameter<ExportJobOptions>.Whole<int>(
            "m", o => o.Choices.Hnsw.M, (o, m) => WithHnsw(o, o.Choices.Hnsw with { M = m }),
            ParameterRange.Between(2, 512))) with
        {
            Summary = "Links per vector in an index of hnswlib: more find more, and take more memory",
        },
        OfHnsw(Parameter<ExportJobOptions>.Whole<int>(
            "ef-construction", o => o.Choices.Hnsw.EfConstruction,
            (o, ef) => WithHnsw(o, o.Choices.Hnsw with { EfConstruction = ef }),
            ParameterRange.Between(1, 10_000))) with
        {
            Summary = "Candidates for these links: more take more time to export, and find more",
        },
        Parameter<ExportJobOptions>.Word(
            "onnx-input", o => o.Choices.OnnxInput,
            (o, input) => o with { Choices = o.Choices with { OnnxInput = input } }) with
        {
            Group = ParameterGroup.Output,
            Summary = "What a model of ONNX takes in: indices of users, or factors of users",
            AppliesWhen = [new(o => o.Format is "" or "onnx", "requires --format onnx.")],
        },
        SharedParameters.Overwrite<ExportJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
    ]);

    /// <summary>Of <c>gpuals import</c>.</summary>
    public static ParameterTable<ImportJobOptions> Import => field ??= new(new ImportJobOptions(),
    [
        Parameter<ImportJobOptions>.Argument(
            "source", o => o.Source.Length == 0 ? null : o.Source, (o, path) => o with { Source = path }) with
        {
            Group = ParameterGroup.Input,
            IsRequired = true,
            Summary = "File or directory of the other system; local or s3://",
        },
        Format<ImportJobOptions>(
            format => format.IsRead, o => o.Format, (o, name) => o with { Format = name },
            "Format to read",
            "spark is a PipelineModel or an ALSModel. implicit is what AlternatingLeastSquares.save writes. "
            + "safetensors has the tensors user_factors and item_factors. npy, parquet and arrow are directories with "
            + "two files of these names, or two files, the second named by --item-factors. Tables have a column of "
            + "ids, and one of lists of floats, or a column for each factor, such as f0, f1, f2."),
        Parameter<ImportJobOptions>.Text(
            "item-factors", o => o.ItemFactors, (o, path) => o with { ItemFactors = path }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "FILE",
            Summary = "File with the factors of the items, where SOURCE is a file with those of the users",
            AppliesWhen = [Of(format => format.IsOfTwoFiles)],
        },
        Parameter<ImportJobOptions>.List("indexers", o => o.Indexers, (o, paths) => o with { Indexers = paths }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "DIR",
            Summary = "Spark's StringIndexerModels, or a PipelineModel with them, for an ALSModel; may be repeated",
            Details = "Their labels become the ids. They are matched by the userCol and itemCol of the ALSModel.",
            AppliesWhen = [Of(format => format is SparkFormat)],
        },
        Parameter<ImportJobOptions>.Word(
            "feedback", o => o.Feedback, (o, feedback) => o with { Feedback = feedback }) with
        {
            Group = ParameterGroup.Model,
            Summary = "What the model learned from: plays or ratings",
            Details = "An ALSModel of Spark does not say; pass explicit for implicitPrefs=False.",
            AppliesWhen = [WithoutOptions],
        },
        Parameter<ImportJobOptions>.Real(
            "alpha", o => o.Alpha, (o, alpha) => o with { Alpha = alpha }, ParameterRange.Positive) with
        {
            Group = ParameterGroup.Model,
            DefaultNote = "that of the other system",
            Summary = "Weight of a play (α) in its training, for fold-in, update and explain",
            AppliesWhen =
            [
                WithoutOptions,
                new(o => o.Feedback == Feedback.Implicit, "cannot be used with --feedback explicit."),
            ],
        },
        Parameter<ImportJobOptions>.Real(
            "regularization", o => o.Regularization, (o, value) => o with { Regularization = value },
            ParameterRange.NonNegative) with
        {
            Group = ParameterGroup.Model,
            DefaultNote = "that of the other system",
            Summary = "Regularization strength (λ) of its training, for fold-in, update and explain",
            AppliesWhen = [WithoutOptions],
        },
        Parameter<ImportJobOptions>.Text(
            "id-column", o => o.IdColumn, (o, name) => o with { IdColumn = name }) with
        {
            Group = ParameterGroup.Input,
            ValueName = "NAME",
            Summary = "Column of ids in tables of factors, --user-ids and --item-ids",
            AppliesWhen =
            [
                new(
                    o => o.Format.Length == 0 || ModelFormat.Of(o.Format).HasTables || o.UserIds is not null
                        || o.ItemIds is not null,
                    $"requires --format {Named(format => format.HasTables)}, --user-ids or --item-ids."),
            ],
        },
        IdFile("user-ids", "users", o => o.UserIds, (o, path) => o with { UserIds = path }),
        IdFile("item-ids", "items", o => o.ItemIds, (o, path) => o with { ItemIds = path }),
        Parameter<ImportJobOptions>.List("plays", o => o.Plays, (o, plays) => o with { Plays = plays }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "PLAYS",
            DefaultNote = "none",
            Summary = "Plays that it was trained on, for lists that leave them out; may be repeated",
            Details = "Files, folders, globs or databases, as gpuals train takes them.",
        },
        .. SharedParameters.Input<ImportJobOptions>(
            o => o.Schema, (o, schema) => o with { Schema = schema }, _ => false, _ => false)
            .Select(parameter => parameter with
            {
                IsCommon = false,
                AppliesWhen = parameter.Name is "user-column" or "item-column" or "weight-column"
                    ? parameter.AppliesWhen // the model keeps these for the plays of gpuals recommend
                    : [.. parameter.AppliesWhen, new(o => o.Plays.Count > 0, "requires --plays.")],
            }),
        SharedParameters.Output<ImportJobOptions>(
            o => o.Output.Length == 0 ? null : o.Output, (o, path) => o with { Output = path }, "DIR",
            "Directory for the model") with
        {
            IsRequired = true,
            Details = "Local or s3://.",
        },
        SharedParameters.Overwrite<ImportJobOptions>(o => o.Overwrite, (o, value) => o with { Overwrite = value }),
    ]);

    private static Parameter<ExportJobOptions> OfHnsw(Parameter<ExportJobOptions> parameter) => parameter with
    {
        Group = ParameterGroup.Output,
        AppliesWhen = [new(o => o.Format is "" or "hnswlib", "requires --format hnswlib.")],
    };

    private static ExportJobOptions WithHnsw(ExportJobOptions options, HnswOptions hnsw) =>
        options with { Choices = options.Choices with { Hnsw = hnsw } };

    private static ParameterCondition<ImportJobOptions> Of(Predicate<ModelFormat> which) => new(
        o => o.Format.Length == 0 || which(ModelFormat.Of(o.Format)), $"requires --format {Named(which)}.");

    private static ParameterCondition<ImportJobOptions> WithoutOptions { get; } = new(
        o => o.Format != "implicit", "cannot be used with --format implicit, whose files have the options.");

    private static Parameter<T> Format<T>(
        Predicate<ModelFormat> takes, Func<T, string> get, Func<T, string, T> set, string summary, string details) =>
        Parameter<T>.Word(
            "format", [.. ModelFormat.All.Where(one => takes(one)).Select(one => one.Name)], get, set) with
        {
            Group = ParameterGroup.Output,
            IsCommon = true,
            IsRequired = true,
            Summary = summary,
            Details = details,
        };

    private static Parameter<ImportJobOptions> IdFile(
        string name, string noun, Func<ImportJobOptions, string?> get,
        Func<ImportJobOptions, string, ImportJobOptions> set) =>
        Parameter<ImportJobOptions>.Text(name, get, set) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = "FILE",
            DefaultNote = "as the source has them",
            Summary = $"File with the ids of the {noun}, in the order of the factors",
            Details = "A table (Parquet, CSV, JSON Lines) with the column of --id-column, or a text file with one id "
                + "per line. Without it, the ids are those of the source or, where it has none, row numbers from 0.",
        };

    private static string Named(Predicate<ModelFormat> which) =>
        Words.OneOf([.. ModelFormat.All.Where(format => which(format)).Select(format => format.Name)]);
}
