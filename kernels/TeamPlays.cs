using ILGPU;

namespace GpuAls.Kernels;

/// <summary>What the plays of the rows that a group works on add to A, in registers, and to b, in shared memory.</summary>
internal static class TeamPlays
{
    /// <summary>
    /// tile + Σ gram·y yᵀ and, where the thread's place begins at the first factor, Σ rhs·y in the right side. Where the weights allow a
    /// negative gram, the plays that have one are added to -tile first.
    /// </summary>
    public static Tile8 AddTo(Tile8 tile, in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        var right = Float4.Zero;
        for (float sign = arguments.GramOffset < 0 ? -1 : 1; sign <= 1; sign += 2)
        {
            tile.Scale(sign);
            stage.Entries(0).LookUp(arguments, row, 0, place, sign);
            for (var offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
            {
                right = Stage(arguments, stage, place, row, offset, sign, right);
                tile = stage.Add(tile, place.Row, place.Column);
            }

            tile.Scale(sign);
        }

        if (place.FirstColumn == 0) SetRight(arguments, stage, place, right);
        return tile;
    }

    /// <summary>product += Σ (gram·(y·x) - rhs)·y, with the solution x that the stage holds.</summary>
    public static void AddResidual(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row)
    {
        var entries = stage.Entries(0);
        var sum = Float4.Zero;
        for (var offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
        {
            Group.Barrier();
            entries.LookUpPlain(arguments, row, offset, place);
            Group.Barrier();
            stage.Load(arguments, entries, place, Float4.Zero);
            Group.Barrier();
            entries.WeighResidual(stage, place);
            Group.Barrier();
            sum = stage.AddWeighted(sum, entries, place);
        }

        stage.AddUp(sum, stage.Product, place);
    }

    private static void SetRight(in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, Float4 sum)
    {
        for (var i = place.Lane; i < arguments.Rank4; i += place.Lanes) stage.Right[i] = Float4.Zero;
        stage.AddUp(sum, stage.Right, place);
    }

    /// <summary>Stages the plays that were looked up, and looks up the next ones.</summary>
    /// <returns>The thread's part of the right side with these plays.</returns>
    private static Float4 Stage(
        in RowSolveArguments arguments, in TeamStage stage, in TeamPlace place, in TeamRow row, int offset, float sign, Float4 right)
    {
        Group.Barrier();
        var turn = offset / TeamLayout.StageRows;
        right = stage.Load(arguments, stage.Entries(turn), place, right);
        stage.Entries(turn + 1).LookUp(arguments, row, offset + TeamLayout.StageRows, place, sign);
        Group.Barrier();
        return right;
    }
}
