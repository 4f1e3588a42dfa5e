namespace GpuAls.Tests.Options;

/// <summary>What holds of every declaration, and what a table does with them.</summary>
public sealed class ParameterTests
{
    private static IEnumerable<TestCaseData> OfTraining() => Named(AlsParameters.Table);

    private static IEnumerable<TestCaseData> OfInput() => Named(InputParameters.Table);

    [TestCaseSource(nameof(OfTraining))]
    public void Set_OfTraining_IsWhatGetGives(Parameter<AlsOptions> parameter) => AssertRoundTrip(AlsParameters.Table, parameter);

    [TestCaseSource(nameof(OfInput))]
    public void Set_OfInput_IsWhatGetGives(Parameter<InteractionSchema> parameter) => AssertRoundTrip(InputParameters.Table, parameter);

    [Test]
    public void Searchable_EachParameter_GivesTrialsThatDifferInIt()
    {
        Assert.That(AlsParameters.Searchable.Select(parameter => parameter.SearchOrder), Is.EqualTo(Enumerable.Range(1, 9)));
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
        AssertWords<Solver>("cholesky", "cg");
        AssertWords<SumPrecision>("fp32", "tf32");
        AssertWords<OnBadRow>("fail", "skip");
        AssertWords<IdType>("string", "int32", "int64", "uint64", "uuid");
        AssertWords<SplitKind>("random", "user", "leave-out", "leave-last", "time");
        AssertWords<ColdStart>("drop", "nan");
        AssertWords<SearchKind>("grid", "random", "halving");
    }

    [TestCase("rank", "0", "--rank is 0; expected 1 to 512.")]
    [TestCase("rank", "1,000", "--rank is '1,000'; expected an integer such as 1000, without thousands separators.")]
    [TestCase("alpha", "0", "--alpha is 0; expected a finite number above 0.")]
    [TestCase("alpha", "1e-60", "--alpha is 1E-60; expected a finite number above 0.")]
    [TestCase("regularization", "NaN", "--regularization is NaN; expected a finite number, 0 or more.")]
    [TestCase("regularization", "0,5", "--regularization is '0,5'; expected a number such as 0.5 or 1e-3, without thousands separators.")]
    [TestCase("solver", "Cholesky", "--solver is 'Cholesky'; expected cholesky or cg.")]
    [TestCase("regularization-scaling", "rows", "--regularization-scaling is 'rows'; expected none, count or ials.")]
    [TestCase("loss", "on", "--loss is 'on'; expected false or true.")]
    public void Set_AnotherText_SaysWhatIsExpected(string name, string text, string message) => Assert.That(
        () => AlsParameters.Table[name].Set(AlsOptions.Default, text), UsageError(message));

    [TestCase("--nonnegative requires --solver cholesky", true, SumPrecision.Fp32)]
    [TestCase("--precision tf32 has no effect with --solver cg", false, SumPrecision.Tf32)]
    public void Validate_OptionsThatContradictEachOther_NamesBoth(string message, bool isNonnegative, SumPrecision precision)
    {
        var options = new AlsOptions { Solver = Solver.ConjugateGradient, Nonnegative = isNonnegative, Precision = precision };

        Assert.That(options.Validate, UsageError(message));
    }

    [Test]
    public void Validate_ValuesThatNoTextGives_AreRefused()
    {
        Assert.That(new AlsOptions { Solver = (Solver)7 }.Validate, UsageError("--solver is 7; expected cholesky or cg."));
        Assert.That(new AlsOptions { Rank = 513 }.Validate, UsageError("--rank is 513; expected 1 to 512."));
        Assert.That(new AlsOptions { ConfidenceOffset = double.NaN }.Validate, UsageError("the confidence offset is NaN"));
    }

    [Test]
    public void Read_Texts_OverTheDefaults()
    {
        var options = Read(("rank", "7"), ("solver", "cg"), ("cg-steps", "5"), ("loss", "true"));

        Assert.That(options, Is.EqualTo(AlsOptions.Default with { Rank = 7, Solver = Solver.ConjugateGradient, ConjugateGradientSteps = 5, TrackLoss = true }));
    }

    [Test]
    public void Read_ParameterWithoutEffect_IsRefusedWhereItIsGivenOnly()
    {
        Assert.That(() => Read(("cg-steps", "5")), UsageError("--cg-steps has no effect without --solver cg. Give both, or neither."));
        Assert.That(() => Read(("alpha", "1"), ("feedback", "explicit")), UsageError("--alpha has no effect with --feedback explicit"));
        Assert.That(Read(("feedback", "explicit")).Alpha, Is.EqualTo(AlsOptions.Default.Alpha));
    }

    [Test]
    public void Within_OtherOptions_ReadsAndWritesTheInnerOnes()
    {
        var table = new ParameterTable<(AlsOptions Als, int Other)>(
            (AlsOptions.Default, 3), AlsParameters.Table.Within<(AlsOptions Als, int Other)>(outer => outer.Als, (outer, als) => (als, outer.Other)));

        var read = table.Read(parameter => parameter.Name == "rank" ? ["9"] : []);

        Assert.That(read, Is.EqualTo((AlsOptions.Default with { Rank = 9 }, 3)));
        Assert.That(() => table.Read(parameter => parameter.Name == "epsilon" ? ["9"] : parameter.Name == "confidence" ? ["linear"] : []), UsageError("--epsilon has no effect"));
        Assert.That(() => table["rank"].Set(read, "0"), UsageError("--rank is 0"));
        Assert.That(() => table.Check((new AlsOptions { Rank = 0 }, 3)), UsageError("--rank is 0"));
    }

    private static AlsOptions Read(params (string Name, string Text)[] given) =>
        AlsParameters.Table.Read(parameter => [.. given.Where(pair => pair.Name == parameter.Name).Select(pair => pair.Text)]);

    private static NUnit.Framework.Constraints.ContainsConstraint UsageError(string message) => Throws.InstanceOf<GpuAlsException>()
        .With.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.Usage).And.Message.Contains(message);

    private static IEnumerable<TestCaseData> Named<T>(ParameterTable<T> table) =>
        table.Select(parameter => new TestCaseData(parameter).SetArgDisplayNames(parameter.Name));

    /// <summary>Each value is written, read again, and leaves every other parameter alone; the line of help stays one line.</summary>
    private static void AssertRoundTrip<T>(ParameterTable<T> table, Parameter<T> parameter)
    {
        foreach (var text in Values(parameter))
        {
            var changed = parameter.Set(table.Usual, text);

            Assert.That(parameter.Get(changed), Is.EqualTo(text));
            foreach (var other in table.Where(other => other != parameter)) Assert.That(other.Get(changed), Is.EqualTo(other.Get(table.Usual)), other.Name);
        }

        Assert.That(table.Count(other => other.Name == parameter.Name), Is.EqualTo(1));
        Assert.That(parameter.Summary, Is.Not.Empty.And.Not.Contains("\n").And.Not.EndsWith("."));
    }

    /// <summary>Two values of a parameter that its table's defaults don't both have.</summary>
    private static IReadOnlyList<string> Values<T>(Parameter<T> parameter) => parameter.Kind switch
    {
        ParameterKind.Whole => ["3", "300"],
        ParameterKind.Real => ["0.125", "2E-05"],
        ParameterKind.Flag => ["false", "true"],
        ParameterKind.Word => parameter.Words,
        ParameterKind.Form => ["tab", ";"],
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
        Assert.That(() => System.Text.Json.JsonSerializer.Deserialize<T>("0"), Throws.InstanceOf<System.Text.Json.JsonException>());
    }
}
