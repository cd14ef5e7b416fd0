namespace IceSharp;

/// <summary>A data stream is not used any more: its connections are closed, its sockets given back.</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Why">Why.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record IceStreamEndNotice(string Mid, IceStreamEnd Why, string Reason);
