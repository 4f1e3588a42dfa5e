namespace GpuAls.Reading;

/// <summary>From the columns of a row group to a batch of usable rows.</summary>
internal static class ParquetBatchBuilder
{
    public static InteractionBatch Build(
        InputFile file, int group, int rowCount, ParquetColumnData users, ParquetColumnData items, ParquetColumnData? weights, double fraction)
    {
        var userPlaces = users.Places(rowCount);
        var itemPlaces = items.Places(rowCount);
        var weightPlaces = weights?.Places(rowCount);
        var read = weights?.Weights();
        var kept = weights is null ? null : new float[rowCount];
        var verdicts = new RowVerdicts(row => $"{file.Path}, row group {group}, row {row}");
        var count = 0;
        for (var row = 0; row < rowCount; row++)
        {
            if (!HasId(users, userPlaces[row], verdicts, row) || !HasId(items, itemPlaces[row], verdicts, row)) continue;
            if (weights is not null && !HasWeight(weights, weightPlaces![row], read!, verdicts, row, out kept![count])) continue;
            userPlaces[count] = userPlaces[row];
            itemPlaces[count++] = itemPlaces[row];
        }

        return new InteractionBatch(new Both(users, items))
        {
            File = file,
            Users = users.Ids(userPlaces[..count]),
            Items = items.Ids(itemPlaces[..count]),
            Weights = kept?[..count],
            RowsInFile = rowCount,
            ZeroWeightRows = verdicts.ZeroWeightRows,
            BadRows = verdicts.BadRows,
            FirstBadRows = verdicts.FirstBadRows,
            Fraction = fraction,
        };
    }

    private static bool HasId(ParquetColumnData column, int place, RowVerdicts verdicts, int row)
    {
        var problem = place < 0 ? "is null" : column.Problem(place);
        if (problem is null) return true;
        verdicts.Reject(row, $"column '{column.Name}' {problem}");
        return false;
    }

    private static bool HasWeight(ParquetColumnData column, int place, Func<int, double> read, RowVerdicts verdicts, int row, out float weight)
    {
        weight = 0;
        if (place < 0)
        {
            verdicts.Reject(row, $"column '{column.Name}' is null");
            return false;
        }

        var value = read(place);
        weight = (float)value;
        return verdicts.Accept(value, column.Name, row);
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
