using System.Globalization;
using CsCheck;

namespace GpuAls.Tests.Evaluation.Tuning;

public sealed class SearchSpaceTests
{
    private static readonly Gen<int[]> Numbers =
        Gen.Int[1, 400].Array[1, 4].Select(numbers => numbers.Distinct().ToArray());

    [Test]
    public void Grid_AnyValues_HasEachCombinationOnce()
    {
        Gen.Select(Numbers, Numbers, Numbers).Sample((ranks, alphas, lambdas) =>
        {
            var grid = Space(("rank", Join(ranks)), ("alpha", Join(alphas)), ("regularization", Join(lambdas))).Grid();

            var expected = from rank in ranks
                           from alpha in alphas
                           from lambda in lambdas
                           select (
                rank, (double)alpha, (double)lambda);
            Assert.That(
                grid.Select(options => (options.Rank, options.Alpha, options.Regularization)),
                Is.EquivalentTo(expected));
            Assert.That(
                Changes(grid.Select(options => options.Alpha)),
                Is.EqualTo(alphas.Length),
                "trials of one confidence follow each other");
        });
    }

    [Test]
    public void Grid_ValuesThatChangeNothing_AreThereOnce()
    {
        var grid = Space(
            ("confidence", "linear,log"),
            ("epsilon", "0.5,1,2"),
            ("regularization-scaling", "none,ials"),
            ("regularization-exponent", "0.5,0.8")).Grid();

        Assert.That(grid, Has.Count.EqualTo((1 + 3) * (1 + 2)).And.Unique);
    }

    [Test]
    public void Draw_AnyRanges_StaysInThem()
    {
        Gen.Select(Gen.Double[1e-4, 1], Gen.Double[1.1, 1e4], Gen.Long, Gen.Bool).Sample((low, ratio, seed, isLinear) =>
        {
            var range =
                string.Create(CultureInfo.InvariantCulture, $"{low:R}..{low * ratio:R}{(isLinear ? ":linear" : "")}");
            var space = Space(("regularization", range), ("rank", "3..70"), ("alpha", "1,5"));

            var trials = space.Draw(20, seed);

            Assert.That(trials, Is.EqualTo(space.Draw(20, seed)));
            Assert.That(trials.Select(options => options.Regularization), Is.All.InRange(low, low * ratio));
            Assert.That(trials.Select(options => options.Rank), Is.All.InRange(3, 70));
            Assert.That(trials.All(options => options.Alpha is 1 or 5));
        });
    }

    [Test]
    public void Draw_Range_HasAsManyBelowItsGeometricMeanAsAbove()
    {
        var trials = Space(("regularization", "0.01..100")).Draw(2000, seed: 3);

        Assert.That(
            trials.Count(options => options.Regularization < 1) / (double)trials.Count, Is.EqualTo(0.5).Within(0.05));
    }

    /// <summary>Integers of a short range are drawn twice soon; those are drawn again.</summary>
    [TestCase("2..8", 5, 5)]
    [TestCase("2..3", 5, 2)]
    public void Draw_ShortRangeOfIntegers_GivesAsManyAsThereAre(string ranks, int asked, int expected) =>
        Assert.That(Space(("rank", ranks)).Draw(asked, seed: 42), Has.Count.EqualTo(expected).And.Unique);

    [Test]
    public void Draw_ValuesOnly_GivesDifferentOnesOfTheGrid()
    {
        var space = Space(("rank", "2,3,4"), ("alpha", "1,2,3,4"));

        Assert.That(space.Draw(7, seed: 1), Has.Count.EqualTo(7).And.Unique.And.SubsetOf(space.Grid()));
        Assert.That(space.Draw(100, seed: 1), Is.EquivalentTo(space.Grid()));
        Assert.That(space.Draw(7, seed: 2), Is.Not.EqualTo(space.Draw(7, seed: 1)));
    }

    [TestCase("0.01..1:3", new[] { 0.01, 0.1, 1 })]
    [TestCase("1..3:3:linear", new double[] { 1, 2, 3 })]
    [TestCase("0..1:2:linear", new double[] { 0, 1 })]
    [TestCase("1e-3,2", new[] { 0.001, 2 })]
    public void Parse_Values_AreThoseOfTheGrid(string text, double[] values) =>
        Assert.That(
            Space(("regularization", text)).Grid().Select(options => options.Regularization), Is.EqualTo(values));

    [TestCase("alpha", "1,,2", "--alpha is '1,,2'; expected numbers such as")]
    [TestCase("alpha", "1,1.0", "expected each value once")]
    [TestCase("alpha", "NaN", "expected numbers")]
    [TestCase("alpha", "1..", "expected numbers")]
    [TestCase("alpha", "1..2..3", "expected numbers")]
    [TestCase("alpha", "1..2:1", "expected numbers")]
    [TestCase("alpha", "2..1", "the lower end first")]
    [TestCase("unobserved-weight", "0..1", "Write 0..1:linear")]
    [TestCase("rank", "8.5,9", "expected integers such as")]
    [TestCase("confidence", "linear,root", "expected some of linear, log")]
    [TestCase("confidence", "linear..log", "expected some of linear, log")]
    [TestCase("alpha", "0,1", "--alpha is 0")]
    [TestCase("rank", "8,3000", "--rank is 3000")]
    [TestCase(
        "regularization-exponent", "1,2",
        "--regularization-exponent requires --regularization-scaling ials")]
    public void Parse_BadText_SaysWhatIsExpected(string name, string text, string message)
    {
        var failure = Assert.Throws<GpuAlsException>(() => Space((name, text)).Grid());

        Assert.That(failure.Kind, Is.EqualTo(FailureKind.Usage));
        Assert.That(failure.Message, Does.Contain(message));
    }

    [Test]
    public void Grid_EpsilonWithoutLogarithms_IsRefused() => Assert.That(
        () => Space(("confidence", "linear"), ("epsilon", "1,2")).Grid(),
        Throws.InstanceOf<GpuAlsException>().With.Message.Contains("--epsilon requires --confidence log"));

    [Test]
    public void Grid_OfARange_SaysWhatToDo() =>
        Assert.That(
            () => Space(("alpha", "1..2")).Grid(),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("--search random"));

    private static SearchSpace Space(params (string Name, string Text)[] axes) =>
        new(AlsOptions.Default, [.. axes.Select(axis => SearchAxis.Parse(AlsParameters.Table[axis.Name], axis.Text))]);

    private static string Join(int[] numbers) => string.Join(',', numbers);

    private static int Changes(IEnumerable<double> values) =>
        values.Aggregate(
            (Count: 0, Last: double.NaN),
            (state, value) => (state.Count + (value.Equals(state.Last) ? 0 : 1), value)).Count;
}
