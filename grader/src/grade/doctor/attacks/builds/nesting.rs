pub const DEEP: u32 = @OPEN@1@CLOSE@;
