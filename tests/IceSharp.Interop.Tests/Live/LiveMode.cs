namespace IceSharp.Interop.Tests.Live;

/// <summary>How a call is made; the runs of a cell go through all of them in turn.</summary>
/// <param name="Trickles">Whether candidates are told as they are found.</param>
/// <param name="AnswererControls">Whether the roles are the other way round than usual.</param>
internal sealed record LiveMode(bool Trickles, bool AnswererControls)
{
    /// <summary>The first run is plain: full signalling, and the offerer controls.</summary>
    public static LiveMode OfRun(int run) => new(run % 2 == 1, run / 2 % 2 == 1);

    public override string ToString() => $"{(Trickles ? "trickle" : "full")}, {(AnswererControls ? "answerer" : "offerer")} controls";
}
