//! Files as other programs write them, files that are broken, and files made to break the reader.

use std::io::{Cursor, Write};
use std::path::Path;

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn load(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testdata").join(name)).unwrap()
}

fn open(bytes: &[u8]) -> Result<(Table, Source), ReadError> {
    read(bytes, &ReadOptions::default(), &Limits::default())
}

fn grid(table: &Table) -> Vec<Vec<String>> {
    (0..table.len()).map(|row| table.row(row).map(str::to_owned).collect()).collect()
}

#[test]
fn csv_spectrum_reads_as_its_authors_say() {
    for name in [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "location_coordinates",
        "newlines",
        "newlines_crlf",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ] {
        let (table, _) = open(&load(&format!("csv_spectrum/csvs/{name}.csv"))).unwrap();
        let expected: serde_json::Value =
            serde_json::from_slice(&load(&format!("csv_spectrum/json/{name}.json"))).unwrap();
        let expected = expected.as_array().cloned().unwrap_or_else(|| vec![expected.clone()]);
        assert_eq!(table.len(), expected.len(), "{name}");
        for (row, object) in expected.iter().enumerate() {
            for (column, header) in table.columns().iter().enumerate() {
                let value = object.get(header).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
                let lines = |text: &str| text.trim().replace("\r\n", "\n");
                if (name, header.as_str()) == ("location_coordinates", "Contact Phone Number") {
                    continue; // the collection's own two files differ here
                }
                assert_eq!(value.as_deref().map(lines), Some(lines(table.cell(row, column))), "{name} {header}");
            }
        }
    }
}

#[test]
fn every_byte_order_mark_gives_the_same_table() {
    let (plain, source) = open(&load("salesforce_dataloader_csv/csvtext.csv")).unwrap();
    assert_eq!(source.encoding, Some(Encoding::Utf8));
    assert_eq!(plain.columns(), ["column1", "column2", "column3"]);
    for (name, encoding) in [
        ("csvtext_BOM_UTF8", Encoding::Utf8),
        ("csvtext_BOM_UTF16LE", Encoding::Utf16Le),
        ("csvtext_BOM_UTF16BE", Encoding::Utf16Be),
    ] {
        let bytes = load(&format!("salesforce_dataloader_csv/{name}.csv"));
        let (table, source) = open(&bytes).unwrap();
        assert_eq!((table, source.encoding), (plain.clone(), Some(encoding)), "{name}");
        if encoding != Encoding::Utf8 {
            let (table, source) = open(&bytes[2..]).unwrap();
            assert_eq!((table, source.encoding), (plain.clone(), Some(encoding)), "{name} without its mark");
        }
    }
}

#[test]
fn a_salesforce_export_in_latin_1() {
    let (table, source) = open(&load("salesforce_export/accounts.csv")).unwrap();
    assert_eq!(source.encoding, Some(Encoding::Windows1252));
    assert_eq!((table.len(), table.columns().len()), (29, 37));
    let names: Vec<&str> = (0..table.len()).map(|row| table.cell(row, 3)).collect();
    assert!(names.contains(&"Crédito Inmobiliario Terras"));
    let (table, source) = open(&load("salesforce_export/opportunities.csv")).unwrap();
    assert_eq!((source.delimiter, table.len(), table.columns().len()), (Some(','), 20, 31));
}

#[test]
fn delimiters_preambles_and_missing_headers() {
    let (table, source) = open(b"a;b;c\n1,5;2;3\n4,5;5;6\n").unwrap();
    assert_eq!(
        (source.delimiter, grid(&table)),
        (Some(';'), vec![vec!["1,5".into(), "2".into(), "3".into()], vec!["4,5".into(), "5".into(), "6".to_owned()]])
    );
    let (_, source) = open(b"name\tcity\nJo, Doe\tBern\nAnn, Roe\tRome\n").unwrap();
    assert_eq!(source.delimiter, Some('\t'));
    let (table, source) = open(b"sep=|\r\na|b\r\n1|2\r\n").unwrap();
    assert_eq!((source.delimiter, table.columns().to_vec()), (Some('|'), vec!["a".to_owned(), "b".to_owned()]));

    let notes =
        b"Notes:\n\"When exporting, you may see gaps.\"\n\nFirst Name,Last Name,Email\nJo,Doe,jo@a.test\nAnn,Roe,\n";
    let (table, _) = open(notes).unwrap();
    assert_eq!(table.columns(), ["First Name", "Last Name", "Email"]);
    assert_eq!((table.len(), table.cell(1, 0)), (2, "Ann"));

    let (table, source) = open(b"Jo,jo@a.test,5\nAnn,ann@a.test,6\n").unwrap();
    assert!(!source.header);
    assert_eq!((table.columns()[1].as_str(), table.len(), table.number(0)), ("Column 2", 2, 1));

    let (table, _) = open(b"name,,name\nx,y,z,more\n,,\nq\n").unwrap();
    assert_eq!(table.columns(), ["name", "Column 2", "name (2)", "Column 4"]);
    assert_eq!(grid(&table), vec![vec!["x", "y", "z", "more"], vec!["q", "", "", ""]]);
    assert_eq!((table.number(0), table.number(1)), (2, 4));
}

#[test]
fn what_cannot_be_read_says_why() {
    let code = |bytes: &[u8]| open(bytes).unwrap_err().code();
    assert_eq!(code(b""), "file_empty");
    assert_eq!(code(b" \n\r\n "), "file_empty");
    assert_eq!(code(b",,,\n,,\n"), "file_empty");
    assert_eq!(code(b"\xD0\xCF\x11\xE0rest"), "unsupported_format");
    assert_eq!(code(b"%PDF-1.7"), "unsupported_format");
    assert_eq!(code(&[1, 2, 3, 4, 5, 6, 7, 200, 201]), "not_text");
    assert_eq!(code(b"PK\x03\x04nothing"), "unreadable_workbook");
    let mut long = b"a,b\n\"".to_vec();
    long.extend(std::iter::repeat_n(b'x', 40_000));
    assert_eq!(code(&long), "cell_too_long");
    let wide = (0..501).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(code(wide.as_bytes()), "too_many_columns");
    let small = Limits { rows: 2, bytes: 100, cells: 8, ..Limits::default() };
    let limited =
        |text: &str| read(text.as_bytes(), &ReadOptions::default(), &small).map(|_| ()).map_err(|error| error.code());
    assert_eq!(limited("a,b\n1,2\n3,4\n"), Ok(()));
    assert_eq!(limited("a,b\n1,2\n3,4\n5,6\n"), Err("too_many_rows"));
    assert_eq!(limited("a,b,c,d,e\n1,2,3,4,5\n3,4,5,6,7\n"), Err("too_many_cells"));
    assert_eq!(limited(&"x".repeat(101)), Err("file_too_large"));
}

fn workbook(sheet: &str, name: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let files = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{relations}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>"#),
        ),
    ];
    for (path, content) in files {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const SHEET: &str = r#"
    <row r="1"><c r="A1" t="inlineStr"><is><t>Deal</t></is></c><c r="B1" t="inlineStr"><is><t>Close date</t></is></c><c r="C1" t="inlineStr"><is><t>Amount</t></is></c></row>
    <row r="3"><c r="A3" t="inlineStr"><is><t>Isdom</t></is></c><c r="B3" s="1"><v>42795</v></c><c r="C3"><v>4514</v></c></row>
    <row r="4"><c r="A4" t="inlineStr"><is><t>Cancity</t></is></c><c r="B4" s="1"><v>42795.5</v></c><c r="C4"><v>12.5</v></c></row>"#;

#[test]
fn a_workbook_reads_with_dates_as_dates() {
    let bytes = workbook(SHEET, "Deals");
    let (table, source) = open(&bytes).unwrap();
    assert_eq!((source.format, source.sheet.as_deref()), (Format::Xlsx, Some("Deals")));
    assert_eq!(table.columns(), ["Deal", "Close date", "Amount"]);
    assert_eq!(grid(&table), vec![vec!["Isdom", "2017-03-01", "4514"], vec!["Cancity", "2017-03-01T12:00:00", "12.5"]]);
    assert_eq!(table.number(0), 3);
    let options = ReadOptions { sheet: Some("Nothing".to_owned()), ..ReadOptions::default() };
    assert_eq!(read(&bytes, &options, &Limits::default()).unwrap_err().code(), "no_such_sheet");
}

#[test]
fn a_workbook_made_to_break_the_reader_is_refused() {
    let far = workbook(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, "Far");
    assert_eq!(open(&far).unwrap_err().code(), "too_many_columns");
    let bomb = workbook(&" ".repeat(3 << 20), "Bomb");
    assert!(bomb.len() < 100_000);
    let limits = Limits { unpacked: 1 << 20, ..Limits::default() };
    assert_eq!(read(&bomb, &ReadOptions::default(), &limits).unwrap_err().code(), "file_too_large");
    assert_eq!(open(&workbook("<row><c r=\"\"/></c></row>", "Odd")).unwrap_err().code(), "unreadable_workbook");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = open(&bytes);
    }

    #[test]
    fn any_text_is_survived(text in "[a-c,;|\t\"'\n\r \u{0}é0-9.=-]{0,400}") {
        if let Ok((table, _)) = open(text.as_bytes()) {
            prop_assert!(!table.columns().is_empty());
            for row in 0..table.len() { prop_assert_eq!(table.row(row).count(), table.columns().len()); }
        }
    }

    #[test]
    fn a_damaged_workbook_is_survived(at in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = workbook(SHEET, "Deals");
        let at = at.index(bytes.len());
        bytes[at] = with;
        let _ = open(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = open(&bytes);
    }

    #[test]
    fn a_damaged_sheet_is_survived(at in any::<prop::sample::Index>(), with in "[<>/=\"a-z0-9]{1,3}") {
        let at = at.index(SHEET.len());
        let sheet = format!("{}{with}{}", &SHEET[..at], &SHEET[at..]);
        let _ = open(&workbook(&sheet, "Deals"));
    }

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a-z;,\"\n]{1,8}z", 3), 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["one", "two", "three"]).unwrap();
        for row in &rows { writer.write_record(row).unwrap(); }
        let options = ReadOptions { delimiter: Some(','), ..ReadOptions::default() };
        let (table, _) = read(&writer.into_inner().unwrap(), &options, &Limits::default()).unwrap();
        let trimmed: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect();
        prop_assert_eq!(grid(&table), trimmed);
    }
}

#[test]
fn address_books_have_a_row_for_each_card() {
    let rows = |name: &str| {
        let (table, source) = open(&load(&format!("vcard/{name}.vcf"))).unwrap();
        assert_eq!((source.format, source.header), (Format::Vcard, true));
        (table.columns().to_vec(), grid(&table))
    };
    let (columns, cards) = rows("rfc2426-example");
    assert_eq!(
        columns,
        ["First name", "Last name", "Organization", "Email", "Other email", "Phone", "Website", "Address"]
    );
    assert_eq!(cards.len(), 2);
    assert_eq!(
        cards[0][..7],
        [
            "Frank",
            "Dawson",
            "Lotus Development Corporation",
            "Frank_Dawson@Lotus.com",
            "fdawson@earthlink.net",
            "+1-919-676-9515",
            "http://home.earthlink.net/~fdawson"
        ]
    );
    // Version 2.1, quoted-printable, folded and with types that have no name.
    let (columns, cards) = rows("outlook-2007");
    let of = |name: &str| cards[0][columns.iter().position(|c| c == name).unwrap()].as_str();
    assert_eq!((of("First name"), of("Last name"), of("Organization")), ("Michael", "Angstadt", "TheCompany"));
    assert_eq!((of("Phone"), of("Other phone"), of("Birthday")), ("(111) 555-1111", "(111) 555-4444", "1922-03-10"));
    assert!(of("Note").starts_with("This is the NOTE field"));
    let (columns, cards) = rows("gmail-single");
    let of = |name: &str| cards[0][columns.iter().position(|c| c == name).unwrap()].as_str();
    assert_eq!((of("First name"), of("Title"), of("Phone")), ("Greg", "TheJobTitle", "555 555 1111"));
}

#[test]
fn a_broken_address_book_is_read_as_far_as_it_goes() {
    for (text, rows) in [
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee", 1),
        ("BEGIN:VCARD\nN:Lee;Ann\nnonsense\nEND:VCARD\nBEGIN:VEVENT\nEND:VEVENT\nBEGIN:VCARD\nFN:Bo\nEND:VCARD\n", 2),
    ] {
        assert_eq!(open(text.as_bytes()).map(|(table, _)| table.len()), Ok(rows), "{text}");
    }
    assert_eq!(open(b"BEGIN:VCARD\nEND:VCARD\n").unwrap_err(), ReadError::Empty);
}
