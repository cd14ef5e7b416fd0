namespace IceSharp.Samples.CopyPastePeer.Signaling;

/// <summary>How descriptions get to the other side and back.</summary>
internal interface ISignaling
{
    /// <summary>Hands our description out.</summary>
    Task SendAsync(string name, string sdp, CancellationToken cancellationToken);

    /// <summary>Gets text that should be the other side's description. Called again when it was not.</summary>
    /// <returns>Null when nothing more will come.</returns>
    Task<string?> ReceiveAsync(string name, CancellationToken cancellationToken);
}
