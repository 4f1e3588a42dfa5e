using GpuAls.App;
using GpuAls.Cli;

namespace GpuAls.Tests.Options;

/// <summary>What holds of every declaration, and what a table does with them.</summary>
public sealed class ParameterTests
{
    /// <summary>Each parameter of each table, as a check of its own.</summary>
    private static IEnumerable<TestCaseData> Parameters =>
    [
        .. Checks("training", AlsParameters.Table),
        .. Checks("input", InputParameters.Table),
        .. Checks("split", SplitParameters.Table),
        .. Checks("evaluation", EvaluationParameters.Table),
        .. Checks("search", SearchParameters.Table),
        .. Checks("validation", ValidationParameters.Table),
        .. Checks("device", SharedParameters.Device),
        .. Checks("log", LogOptions.Table),
        .. Checks("train", JobParameters.Train),
        .. Checks("recommend", JobParameters.Recommend),
        .. Checks("evaluate", JobParameters.Evaluate),
        .. Checks("tune", JobParameters.Tune),
        .. Checks("sample", JobParameters.Sample),
    ];

    [TestCaseSource(nameof(Parameters))]
    public void Set_EachParameter_IsWhatGetGives(Action check) => check();

    [Test]
    public void Ranges_EndWhereTheySay()
    {
        var ranges = AlsParameters.Table.Select(parameter => parameter.Range)
            .Concat(SearchParameters.Table.Select(parameter => parameter.Range))
            .Concat(JobParameters.Evaluate.Select(parameter => parameter.Range)).OfType<ParameterRange>().ToArray();

        Assert.That(ranges, Has.Length.GreaterThan(10));
        foreach (var range in ranges)
        {
            Assert.That(range.Minimum ?? range.Maximum, Is.Not.Null, range.Expected);
            if (range.Minimum is { } minimum) Assert.That(range.Contains(minimum - 1e-3), Is.False, range.Expected);
            if (range.Maximum is { } maximum) Assert.That(range.Contains(maximum + 1e-3), Is.False, range.Expected);
        }
    }

    [Test]
    public void Entries_OfEachCommand_HaveNamesOfTheirOwnAndOneLine()
    {
        foreach (var command in CommandLine.Commands)
        {
            Assert.That(command.Entries.Select(entry => entry.Label), Is.Unique, command.Name);
            foreach (var entry in command.Entries)
                Assert.That(entry.Summary, Is.Not.Empty.And.Not.Contains("\n").And.Not.EndsWith("."), entry.Label);
        }
    }

    [Test]
    public void Searchable_EachParameter_GivesTrialsThatDifferInIt()
    {
        Assert.That(
            AlsParameters.Searchable.Select(parameter => parameter.SearchOrder), Is.EqualTo(Enumerable.Range(1, 12)));
        foreach (var parameter in AlsParameters.Searchable)
        {
            var axis = SearchAxis.Parse(parameter, string.Join(',', Values(parameter)));
            var effective = AlsOptions.Default with { RegularizationScaling = RegularizationScaling.Ials };

            var trials = new SearchSpace(effective, [axis]).Grid();

            Assert.That(trials.Select(parameter.Get), Is.EqualTo(Values(parameter)), parameter.Name);
        }
    }

    [Test]
    public void Words_EachEnumOfOptions_ComesBackFromItsWords()
    {
        AssertWords<Feedback>("implicit", "explicit");
        AssertWords<ConfidenceFunction>("linear", "log");
        AssertWords<Objective>("hkv", "ials");
        AssertWords<RegularizationScaling>("none", "count", "ials");
        AssertWords<Side>("users", "items");
        AssertWords<Solver>("cholesky", "cg", "ials++");
        AssertWords<Initialization>("normal", "sphere", "uniform");
        AssertWords<SumPrecision>("fp32", "tf32");
        AssertWords<OnBadRow>("fail", "skip");
        AssertWords<IdType>("string", "int32", "int64", "uint64", "uuid");
        AssertWords<SplitKind>("random", "user", "leave-out", "leave-last", "time", "new-items");
        AssertWords<ColdStart>("drop", "nan");
        AssertWords<SearchKind>("grid", "random", "halving", "bayes");
    }

    [TestCase("rank", "0", "--rank is 0; expected 1 to 2048.")]
    [TestCase("rank", "1,000", "--rank is '1,000'; expected an integer such as 1000, without thousands separators.")]
    [TestCase("alpha", "0", "--alpha is 0; expected a finite number above 0.")]
    [TestCase("alpha", "1e-60", "--alpha is 1E-60; expected a finite number above 0.")]
    [TestCase("regularization", "NaN", "--regularization is NaN; expected a finite number, 0 or more.")]
    [TestCase(
        "regularization", "0,5",
        "--regularization is '0,5'; expected a number such as 0.5 or 1e-3, without thousands separators.")]
    [TestCase("solver", "Cholesky", "--solver is 'Cholesky'; expected cholesky, cg or ials++.")]
    [TestCase("regularization-scaling", "rows", "--regularization-scaling is 'rows'; expected none, count or ials.")]
    [TestCase("loss", "on", "--loss is 'on'; expected false or true.")]
    public void Set_AnotherText_SaysWhatIsExpected(string name, string text, string message) => Assert.That(
        () => AlsParameters.Table[name].Set(AlsOptions.Default, text), UsageError(message));

    [Test]
    public void Validate_OptionsThatContradictEachOther_NamesBoth(
        [Values(Solver.ConjugateGradient, Solver.BlockCoordinates)] Solver solver)
    {
        var options = new AlsOptions { Solver = solver };

        Assert.That(
            (options with { Nonnegative = true }).Validate,
            UsageError($"--nonnegative requires --solver cholesky: --solver {Words.Of(solver)} "));
        Assert.That(
            (options with { Precision = SumPrecision.Tf32 }).Validate,
            UsageError($"--precision tf32 requires --solver cholesky: --solver {Words.Of(solver)} "));
    }

    [Test]
    public void Validate_ValuesThatNoTextGives_AreRefused()
    {
        Assert.That(
            new AlsOptions { Solver = (Solver)7 }.Validate,
            UsageError("--solver is 7; expected cholesky, cg or ials++."));
        Assert.That(new AlsOptions { Rank = 2_049 }.Validate, UsageError("--rank is 2049; expected 1 to 2048."));
        Assert.That(
            new AlsOptions { ConfidenceOffset = double.NaN }.Validate, UsageError("the confidence offset is NaN"));
    }

    [Test]
    public void Read_Texts_OverTheDefaults()
    {
        var options = Read(("rank", "7"), ("solver", "cg"), ("cg-steps", "5"), ("loss", "true"));

        Assert.That(
            options,
            Is.EqualTo(AlsOptions.Default with
            {
                Rank = 7,
                Solver = Solver.ConjugateGradient,
                ConjugateGradientSteps = 5,
                TrackLoss = true,
            }));
    }

    [Test]
    public void Read_ParameterWithoutEffect_IsRefusedWhereItIsGivenOnly()
    {
        Assert.That(
            () => Read(("cg-steps", "5")),
            UsageError("--cg-steps requires --solver cg."));
        Assert.That(
            () => Read(("alpha", "1"), ("feedback", "explicit")),
            UsageError("--alpha cannot be used with --feedback explicit"));
        Assert.That(Read(("feedback", "explicit")).Alpha, Is.EqualTo(AlsOptions.Default.Alpha));
    }

    [Test]
    public void Within_OtherOptions_ReadsAndWritesTheInnerOnes()
    {
        var table = new ParameterTable<(AlsOptions Als, int Other)>(
            (AlsOptions.Default, 3), AlsParameters.Table
                .Within<(AlsOptions Als, int Other)>(outer => outer.Als, (outer, als) => (als, outer.Other)));

        var read = table.Read(parameter => parameter.Name == "rank" ? ["9"] : []);

        Assert.That(read, Is.EqualTo((AlsOptions.Default with { Rank = 9 }, 3)));
        Assert.That(
            () => table.Read(
                parameter => parameter.Name == "epsilon" ? ["9"] : parameter.Name == "confidence" ? ["linear"] : []),
            UsageError("--epsilon requires"));
        Assert.That(() => table["rank"].Set(read, "0"), UsageError("--rank is 0"));
        Assert.That(() => table.Check((new AlsOptions { Rank = 0 }, 3)), UsageError("--rank is 0"));
    }

    private static AlsOptions Read(params (string Name, string Text)[] given) =>
        AlsParameters.Table.Read(
            parameter => [.. given.Where(pair => pair.Name == parameter.Name).Select(pair => pair.Text)]);

    private static NUnit.Framework.Constraints.ContainsConstraint UsageError(string message) =>
        Throws.InstanceOf<GpuAlsException>()
        .With.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.Usage).And.Message.Contains(message);

    private static IEnumerable<TestCaseData> Checks<T>(string table, ParameterTable<T> parameters) => parameters.Select(
        parameter => new TestCaseData((Action)(() => AssertRoundTrip(parameters, parameter)))
            .SetArgDisplayNames($"{table}, {parameter.Name}"));

    /// <summary>
    /// Each value is written and read again, and leaves the parameters alone that are no part of a preset.
    /// </summary>
    private static void AssertRoundTrip<T>(ParameterTable<T> table, Parameter<T> parameter)
    {
        foreach (var text in Values(parameter))
        {
            var changed = parameter.Set(table.Usual, text);

            Assert.That(parameter.Get(changed), Is.EqualTo(text));
            foreach (var other in table.Where(other => other != parameter && !parameter.IsPreset))
                Assert.That(other.Get(changed), Is.EqualTo(other.Get(table.Usual)), other.Name);
        }

        Assert.That(table[parameter.Name], Is.SameAs(parameter), "a name of its own");
    }

    /// <summary>Two values of a parameter.</summary>
    internal static IReadOnlyList<string> Values<T>(Parameter<T> parameter) => (parameter.Kind, parameter.Name) switch
    {
        (ParameterKind.Whole, "bootstrap" or "patience" or "plays" or "items" or "users") => ["2000", "3000"],
        (ParameterKind.Whole, "folds" or "eta" or "k") => ["3", "100"],
        (ParameterKind.Whole, "block-size") => ["16", "128"],
        (ParameterKind.Whole, _) => ["3", "300"],
        (ParameterKind.Real, _) => ["0.125", "2E-05"],
        (ParameterKind.Flag, _) => ["false", "true"],
        (ParameterKind.Word, _) => parameter.Words,
        (ParameterKind.Form, "delimiter") => ["tab", ";"],
        (ParameterKind.Form, "escape") => ["backslash", "quote"],
        (ParameterKind.Form, "k") => ["5", "1,1024"],
        (ParameterKind.Form, "checkpoint-every") => ["5", "90s"],
        (ParameterKind.Form, "max-drop") => ["30%", "0.5%"],
        (ParameterKind.List, "require-metric") => ["ndcg@10>=0.15", "loss<2"],
        (ParameterKind.Form, "metric") => ["rmse", "recall@7"],
        (ParameterKind.Form, "device") => ["cpu", "cuda:3"],
        (ParameterKind.Form, "device-memory" or "max-expanded") => ["1000", "2500000"],
        (ParameterKind.Form, "rank" or "iterations") => ["8,16", "3..7"],
        (ParameterKind.Form, "confidence") => ["log,linear", "log"],
        (ParameterKind.Form, "objective") => ["ials,hkv", "ials"],
        (ParameterKind.Form, "time") => ["90s", "10min"],
        (ParameterKind.Form, "event-weights") => ["play=1,like=5,skip=-2", "*=0.5"],
        (ParameterKind.Form, "half-life") => ["30d", "12h"],
        (ParameterKind.Form, "as-of" or "since" or "until") => ["2025-03-31", "2025-03-31T20:15:00Z"],
        (ParameterKind.Form, "regularization-scaling") => ["ials,none", "count"],
        (ParameterKind.Form, _) => ["0.5,1", "0.25..4:linear"],
        _ => ["one", "two"],
    };

    private static void AssertWords<T>(params string[] words)
        where T : struct, Enum
    {
        Assert.That(Words.All<T>(), Is.EqualTo(words));
        foreach (var value in Enum.GetValues<T>())
        {
            Assert.That(Words.TryParse<T>(Words.Of(value), out var read), Is.True);
            Assert.That(read, Is.EqualTo(value));
            Assert.That(System.Text.Json.JsonSerializer.Serialize(value), Is.EqualTo($"\"{Words.Of(value)}\""));
        }

        Assert.That(Words.TryParse<T>("0", out _), Is.False);
        Assert.That(
            () => System.Text.Json.JsonSerializer.Deserialize<T>("0"),
            Throws.InstanceOf<System.Text.Json.JsonException>());
    }
}
