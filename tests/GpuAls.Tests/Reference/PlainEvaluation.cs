namespace GpuAls.Tests.Reference;

/// <summary>
/// The metrics written as they are defined, slowly: whole rankings are sorted, pairs are compared one by one. Users and
/// items from the size of the train matrix on are unseen.
/// </summary>
/// <param name="train">[users, items], r; 0 is no play.</param>
/// <param name="test">[users + unseen, items + unseen].</param>
/// <param name="scores">[users, items].</param>
/// <param name="keepsUnseen">--cold-start nan.</param>
/// <param name="isEmptyUser">[users], whether the factors are all 0; null for none.</param>
/// <param name="isEmptyItem">[items], the same.</param>
internal sealed class PlainEvaluation(
    double[,] train,
    double[,] test,
    double[,] scores,
    bool keepsUnseen,
    bool[]? isEmptyUser = null,
    bool[]? isEmptyItem = null)
{
    private readonly int _users = train.GetLength(0);
    private readonly int _items = train.GetLength(1);

    public Dictionary<string, double> Metrics(params int[] cutoffs)
    {
        var rankings = Enumerable.Range(0, test.GetLength(0)).Select(Ranking)
            .Where(ranking => ranking.Relevant.Length > 0).ToArray();
        var metrics = new Dictionary<string, double>();
        foreach (var k in cutoffs) AddLists(metrics, rankings, k);
        var aucs = rankings.Where(ranking => Others(ranking).Any()).Select(Auc).ToArray();
        metrics["auc"] = aucs.Length == 0 ? double.NaN : aucs.Average();
        metrics["mpr"] =
            rankings.Sum(ranking => ranking.Relevant.Sum(item => test[ranking.User, item] * Percentile(ranking, item)))
            / rankings.Sum(ranking => ranking.Relevant.Sum(item => test[ranking.User, item]));
        AddErrors(metrics);
        return metrics;
    }

    private void AddLists(Dictionary<string, double> metrics, Row[] rankings, int k)
    {
        double Mean(Func<Row, double> metric) => rankings.Average(metric);
        bool[] Hits(Row row) => [.. row.List(k).Select(row.Relevant.Contains)];
        double Gain(bool[] hits) => hits.Select((hit, position) => hit ? 1 / Math.Log(position + 2, 2) : 0).Sum();
        metrics[$"precision@{k}"] = Mean(row => Hits(row).Count(hit => hit) / (double)k);
        metrics[$"recall@{k}"] = Mean(row => Hits(row).Count(hit => hit) / (double)row.Relevant.Length);
        metrics[$"map@{k}"] = Mean(row =>
        {
            var hits = Hits(row);
            var precisions = hits.Select(
                (hit, position) => hit ? hits.Take(position + 1).Count(earlier => earlier) / (position + 1.0) : 0);
            return precisions.Sum() / Math.Min(k, row.Relevant.Length);
        });
        metrics[$"ndcg@{k}"] =
            Mean(row => Gain(Hits(row)) / Gain([.. Enumerable.Repeat(true, Math.Min(k, row.Relevant.Length))]));
        metrics[$"mrr@{k}"] =
            Mean(row => Array.IndexOf(Hits(row), true) is var first and >= 0 ? 1.0 / (first + 1) : 0);
        metrics[$"hit_rate@{k}"] = Mean(row => Hits(row).Contains(true) ? 1 : 0);
        var listed = rankings.Where(row => row.List(k).Length > 0).ToArray();
        metrics[$"novelty@{k}"] = listed.Length == 0
            ? double.NaN
            : listed.Average(row => row.List(k).Average(item => -Math.Log(Listeners(item) / (double)_users, 2)));
        metrics[$"coverage@{k}"] = rankings.SelectMany(row => row.List(k)).Distinct()
            .Count() / (double)Enumerable.Range(0, _items).Count(item => Listeners(item) > 0);
    }

    private double Auc(Row ranking)
    {
        var others = Others(ranking).ToArray();
        return ranking.Relevant.Average(item =>
        {
            var position = ranking.PositionOf(item);
            return position < 0
                ? 0
                : others.Count(other => Array.IndexOf(ranking.Order, other) > position) / (double)others.Length;
        });
    }

    private static IEnumerable<int> Others(Row ranking) => ranking.Order.Except(ranking.Relevant);

    private static double Percentile(Row ranking, int item)
    {
        var position = ranking.PositionOf(item);
        if (position < 0) return 1;
        return ranking.Order.Length == 1 ? 0 : position / (ranking.Order.Length - 1.0);
    }

    private void AddErrors(Dictionary<string, double> metrics)
    {
        var pairs = (
            from user in Enumerable.Range(0, test.GetLength(0))
            from item in Enumerable.Range(0, test.GetLength(1))
            where test[user, item] != 0
            select (user, item)).ToArray();
        if (!keepsUnseen) pairs = [.. pairs.Where(pair => IsSeen(pair.user, pair.item))];
        double Prediction((int User, int Item) pair) =>
            IsSeen(pair.User, pair.Item) ? scores[pair.User, pair.Item] : double.NaN;
        double OfPreference((int User, int Item) pair) => Prediction(pair) - (test[pair.User, pair.Item] > 0 ? 1 : 0);
        double OfRating((int User, int Item) pair) => Prediction(pair) - test[pair.User, pair.Item];
        metrics["rmse_preference"] = Math.Sqrt(pairs.Average(pair => Math.Pow(OfPreference(pair), 2)));
        metrics["mae_preference"] = pairs.Average(pair => Math.Abs(OfPreference(pair)));
        metrics["rmse_rating"] = Math.Sqrt(pairs.Average(pair => Math.Pow(OfRating(pair), 2)));
        metrics["mae_rating"] = pairs.Average(pair => Math.Abs(OfRating(pair)));
    }

    private Row Ranking(int user)
    {
        bool IsTrained(int item) => user < _users && (isEmptyItem?[item] == true || train[user, item] != 0);
        var held = Enumerable.Range(0, test.GetLength(1)).Where(item => test[user, item] > 0);
        int[] relevant = [.. held.Where(item => keepsUnseen || IsSeen(user, item))];
        int[] candidates = [.. Enumerable.Range(0, _items).Where(item => Listeners(item) > 0 && !IsTrained(item))];
        if (user >= _users || isEmptyUser?[user] == true) return new Row(user, relevant, candidates, HasList: false);
        return new Row(
            user,
            relevant,
            [.. candidates.OrderByDescending(item => scores[user, item]).ThenBy(item => item)],
            HasList: true);
    }

    private bool IsSeen(int user, int item) => user < _users && item < _items;

    private int Listeners(int item) => Enumerable.Range(0, _users).Count(user => train[user, item] > 0);

    /// <summary>A user's whole ranking; without a list it has an order that nobody is in.</summary>
    private sealed record Row(int User, int[] Relevant, int[] Order, bool HasList)
    {
        public int PositionOf(int item) => HasList ? Array.IndexOf(Order, item) : -1;

        public int[] List(int k) => HasList ? Order[..Math.Min(k, Order.Length)] : [];
    }
}

/// <summary>Dense forms.</summary>
internal static class PlainMatrices
{
    public static double[,] Dense(this CsrMatrix matrix)
    {
        var dense = new double[matrix.RowCount, matrix.ColumnCount];
        for (var row = 0; row < matrix.RowCount; row++)
            for (var i = 0; i < matrix.RowLength(row); i++)
                dense[row, matrix.RowIndices(row)[i]] = matrix.RowValues(row)[i];
        return dense;
    }

    /// <summary>The metrics by their text.</summary>
    public static Dictionary<string, double> ByText(this Measurements measured) =>
        measured.Metrics.ToDictionary(metric => metric.ToString(), measured.Value);
}
